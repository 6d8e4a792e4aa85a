-- compatible: yes (first)

CREATE TABLE users (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  -- Folded name: what makes two names the same.
  name_key text NOT NULL UNIQUE,
  role text NOT NULL CHECK (role IN ('member', 'admin')),
  password_hash text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE sessions (
  sid text PRIMARY KEY,
  sess json NOT NULL,
  expire timestamptz NOT NULL
);
CREATE INDEX sessions_expire ON sessions (expire);

CREATE TABLE rooms (
  id text PRIMARY KEY,
  title text NOT NULL,
  visibility text NOT NULL CHECK (visibility IN ('public', 'private')),
  owner_id text,
  -- Highest offset given out, and lowest one still readable.
  head bigint NOT NULL DEFAULT 0,
  floor bigint NOT NULL DEFAULT 1,
  -- Changes only when the log was restored to an earlier state.
  epoch text NOT NULL DEFAULT gen_random_uuid()::text,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE room_members (
  room_id text NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
  user_id text NOT NULL,
  role text NOT NULL CHECK (role IN ('owner', 'moderator', 'member')),
  PRIMARY KEY (room_id, user_id)
);
CREATE INDEX room_members_user ON room_members (user_id);

CREATE TABLE room_events (
  room_id text NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
  event_offset bigint NOT NULL,
  id uuid NOT NULL,
  kind text NOT NULL,
  at timestamptz NOT NULL,
  sender_id text NOT NULL,
  sender_name text NOT NULL,
  sender_role text NOT NULL,
  client_id uuid NOT NULL,
  text text,
  reply_to uuid,
  PRIMARY KEY (room_id, event_offset),
  UNIQUE (room_id, sender_id, client_id)
);

INSERT INTO rooms (id, title, visibility) VALUES
  ('general', 'General', 'public'),
  ('random', 'Random', 'public');

-- One message into a room's log, in one round trip and one transaction (fit for a pooler in transaction mode).
-- The room's row lock makes commit order offset order; a rollback gives the number back, so there are no gaps.
-- outcome: appended | known (same client id and body) | conflict | not_found | forbidden
CREATE FUNCTION append_message(
  p_room text, p_id uuid, p_client_id uuid, p_sender_id text, p_sender_name text, p_sender_role text,
  p_text text, p_reply_to uuid
) RETURNS TABLE (outcome text, id uuid, event_offset bigint, at timestamptz, epoch text)
LANGUAGE plpgsql AS $$
DECLARE
  r rooms%ROWTYPE;
  e room_events%ROWTYPE;
  stamp timestamptz;
BEGIN
  SELECT * INTO r FROM rooms WHERE rooms.id = p_room FOR UPDATE;
  IF NOT FOUND OR (r.visibility = 'private' AND p_sender_role <> 'admin' AND NOT EXISTS (
    SELECT 1 FROM room_members m WHERE m.room_id = p_room AND m.user_id = p_sender_id)) THEN
    RETURN QUERY SELECT 'not_found', NULL::uuid, NULL::bigint, NULL::timestamptz, NULL::text;
    RETURN;
  END IF;

  SELECT * INTO e FROM room_events x
    WHERE x.room_id = p_room AND x.sender_id = p_sender_id AND x.client_id = p_client_id;
  IF FOUND THEN
    RETURN QUERY SELECT
      CASE WHEN e.text = p_text AND e.reply_to IS NOT DISTINCT FROM p_reply_to THEN 'known' ELSE 'conflict' END,
      e.id, e.event_offset, e.at, r.epoch;
    RETURN;
  END IF;

  stamp := date_trunc('milliseconds', clock_timestamp());
  UPDATE rooms SET head = rooms.head + 1 WHERE rooms.id = p_room RETURNING rooms.head INTO r.head;
  INSERT INTO room_events
    (room_id, event_offset, id, kind, at, sender_id, sender_name, sender_role, client_id, text, reply_to)
  VALUES
    (p_room, r.head, p_id, 'message', stamp, p_sender_id, p_sender_name, p_sender_role, p_client_id, p_text, p_reply_to);
  RETURN QUERY SELECT 'appended', p_id, r.head, stamp, r.epoch;
END
$$;

-- A task's row is locked while it runs: one run at a time in the cluster, and the next one only when due.
CREATE TABLE scheduled_tasks (
  name text PRIMARY KEY,
  next_run_at timestamptz NOT NULL,
  last_run_at timestamptz,
  last_run_by text,
  runs bigint NOT NULL DEFAULT 0
);

-- Which process does what only one may do; `fence` grows with every change of holder.
CREATE TABLE leases (
  name text PRIMARY KEY,
  holder text NOT NULL,
  fence bigint NOT NULL DEFAULT 1,
  expires_at timestamptz NOT NULL
);
