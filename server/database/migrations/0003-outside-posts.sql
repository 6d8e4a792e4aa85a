-- compatible: yes (programs of version 2 do not know the table)

-- Which message an outside service's Idempotency-Key stands for. The key is claimed first, the message appended under
-- the claim's client_id: whoever repeats the post, at whatever emitter, appends the same message.
CREATE TABLE outside_posts (
  key text COLLATE "C" PRIMARY KEY,
  body_hash text NOT NULL,
  client_id uuid NOT NULL DEFAULT gen_random_uuid(),
  instances int NOT NULL,
  at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX outside_posts_at ON outside_posts (at);

-- What the holder of a lease leaves to the next one.
ALTER TABLE leases ADD COLUMN state jsonb;
