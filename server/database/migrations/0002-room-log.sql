-- compatible: yes (programs of version 1 go on beside it with append_message, which the next migration may drop)

-- What an event is about, beside its text: the message it changes, and what is particular to its kind.
ALTER TABLE room_events ADD COLUMN target uuid, ADD COLUMN detail jsonb;
-- The function below is the only writer and holds the room: a check per row would only cost.
ALTER TABLE room_events DROP CONSTRAINT room_events_room_id_fkey;
CREATE UNIQUE INDEX room_events_id ON room_events (id);
-- In a collation of its own, so that its lookups can use no other index whatever the statistics say (and it is faster).
ALTER TABLE room_events DROP CONSTRAINT room_events_room_id_sender_id_client_id_key;
CREATE UNIQUE INDEX room_events_action ON room_events (room_id COLLATE "C", sender_id COLLATE "C", client_id);
CREATE INDEX room_events_target ON room_events (target) WHERE target IS NOT NULL;

ALTER TABLE rooms
  ADD COLUMN topic text NOT NULL DEFAULT '',
  -- Below the floor, the words are gone up to here.
  ADD COLUMN emptied bigint NOT NULL DEFAULT 0;

-- Who may not write: checked under the room's lock. Ids are text, because guests have no account.
CREATE TABLE bans (
  user_id text PRIMARY KEY,
  user_name text NOT NULL,
  reason text,
  banned_by text NOT NULL,
  at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE mutes (
  user_id text PRIMARY KEY,
  muted_by text NOT NULL,
  until timestamptz
);

-- How far each user has read, from whatever device.
CREATE TABLE room_reads (
  user_id text NOT NULL,
  room_id text NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
  read_offset bigint NOT NULL,
  PRIMARY KEY (user_id, room_id)
);

-- Appends a batch of events in one round trip and one transaction (fit for a pooler in transaction mode).
-- The rooms' row locks, taken in the order of their ids, make commit order offset order without deadlocks; what is
-- looked up afterwards is seen under those locks. A rollback gives all numbers back, so there are no gaps.
-- p_rooms: the batch's rooms. p_events: objects as in `input`; no two of them with the same room, sender and client
-- id, or with the same target. `trusted` events were allowed by the caller, who holds the room's lock.
-- outcome: appended | known (same client id and body) | conflict | not_found | banned | muted | no_target | not_allowed
-- Plans must not depend on statistics taken when the tables were empty: each lookup leaves one index to choose.
CREATE FUNCTION append_events(p_rooms text[], p_events jsonb)
RETURNS TABLE (n int, outcome text, id uuid, event_offset bigint, at timestamptz, epoch text)
LANGUAGE plpgsql
SET lock_timeout = '2s'
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_material = off
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
  stamp timestamptz;
BEGIN
  PERFORM 1 FROM rooms r WHERE r.id = ANY (p_rooms) ORDER BY r.id FOR NO KEY UPDATE;
  stamp := date_trunc('milliseconds', clock_timestamp());
  RETURN QUERY
  WITH input AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(p_events) AS e(
      n int, room text, id uuid, kind text, client_id uuid, sender_id text, sender_name text, sender_role text,
      text text, reply_to uuid, target uuid, detail jsonb, trusted boolean)
  ), judged AS (
    SELECT i.*, r.head, r.epoch, k.id AS known_id, k.event_offset AS known_offset, k.at AS known_at,
      CASE
        WHEN r.id IS NULL THEN 'not_found'
        -- A deleted or trimmed event has lost its text: its retry can not be told from another body.
        WHEN k.id IS NOT NULL THEN CASE
          WHEN k.kind = i.kind AND (k.text = '' OR k.text IS NOT DISTINCT FROM i.text)
            AND k.reply_to IS NOT DISTINCT FROM i.reply_to AND k.target IS NOT DISTINCT FROM i.target
            AND k.detail IS NOT DISTINCT FROM i.detail THEN 'known'
          ELSE 'conflict' END
        WHEN i.trusted THEN 'appended'
        WHEN r.visibility = 'private' AND i.sender_role <> 'admin' AND m.user_id IS NULL THEN 'not_found'
        WHEN b.user_id IS NOT NULL THEN 'banned'
        WHEN u.user_id IS NOT NULL AND i.kind <> 'delete' AND (u.until IS NULL OR u.until > stamp) THEN 'muted'
        WHEN i.target IS NULL THEN 'appended'
        WHEN t.id IS NULL OR t.room_id <> i.room OR t.kind <> 'message' OR t.text = '' OR t.event_offset < r.floor
          THEN 'no_target'
        WHEN i.kind = 'edit' AND t.sender_id <> i.sender_id THEN 'not_allowed'
        WHEN i.kind = 'delete' AND t.sender_id <> i.sender_id AND i.sender_role <> 'admin'
          AND coalesce(m.role NOT IN ('owner', 'moderator'), true) THEN 'not_allowed'
        ELSE 'appended'
      END AS outcome
    FROM input i
    LEFT JOIN rooms r ON r.id = i.room
    LEFT JOIN room_events k ON k.room_id = i.room COLLATE "C" AND k.sender_id = i.sender_id COLLATE "C"
      AND k.client_id = i.client_id
    LEFT JOIN room_events t ON t.id = i.target
    LEFT JOIN room_members m ON m.room_id = i.room AND m.user_id = i.sender_id
    LEFT JOIN bans b ON b.user_id = i.sender_id
    LEFT JOIN mutes u ON u.user_id = i.sender_id
  ), numbered AS MATERIALIZED (
    SELECT j.*, CASE WHEN j.outcome = 'appended' THEN j.head + count(*) FILTER (WHERE j.outcome = 'appended')
      OVER (PARTITION BY j.room ORDER BY j.n ROWS UNBOUNDED PRECEDING) END AS new_offset
    FROM judged j
  ), moved AS (
    UPDATE rooms r SET head = x.head
    FROM (SELECT room, max(new_offset) AS head FROM numbered GROUP BY room) x
    WHERE r.id = x.room AND x.head IS NOT NULL
  ), inserted AS (
    INSERT INTO room_events (room_id, event_offset, id, kind, at, sender_id, sender_name, sender_role, client_id,
      text, reply_to, target, detail)
    SELECT room, new_offset, id, kind, stamp, sender_id, sender_name, sender_role, client_id,
      text, reply_to, target, detail
    FROM numbered WHERE outcome = 'appended'
  ), emptied AS (
    -- Deleting takes the words away for good, those of earlier edits too; the offsets stay.
    UPDATE room_events e SET text = '' FROM numbered x
    WHERE x.outcome = 'appended' AND x.kind = 'delete'
      AND (e.id = x.target OR (e.target = x.target AND e.kind = 'edit'))
  )
  SELECT x.n, x.outcome, coalesce(x.known_id, x.id), coalesce(x.known_offset, x.new_offset),
    coalesce(x.known_at, stamp), x.epoch
  FROM numbered x;
END
$$;
