-- compatible: yes (replaces a function that only the first version called)

-- append_messages for one message, which is all there is to write in a quiet room: as exact, and cheaper by a fifth.
-- Where something is in its way it appends nothing and returns nulls, and append_events tells what became of it.
-- The room's row is locked by taking the number; the statement after it sees what is committed under that lock.
-- Plans: each lookup leaves one index to choose, whatever the statistics say.
DROP FUNCTION append_message;
CREATE FUNCTION append_message(
  p_room text, p_id uuid, p_client_id uuid, p_sender_id text, p_sender_name text, p_sender_role text, p_text text,
  p_reply_to uuid, OUT event_offset bigint, OUT epoch text, OUT at timestamptz)
LANGUAGE plpgsql
SET lock_timeout = '2s'
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET jit = off
AS $$
DECLARE
  new_offset bigint;
  room_epoch text;
  is_public boolean;
  stamp timestamptz;
BEGIN
  UPDATE rooms r SET head = r.head + 1 WHERE r.id = p_room
  RETURNING r.head, r.epoch, r.visibility = 'public' INTO new_offset, room_epoch, is_public;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  stamp := date_trunc('milliseconds', clock_timestamp());
  -- A mute that is over sends it the long way too, where its time is looked at.
  INSERT INTO room_events (room_id, event_offset, id, kind, at, sender_id, sender_name, sender_role, client_id, text,
    reply_to)
  SELECT p_room, new_offset, p_id, 'message', stamp, p_sender_id, p_sender_name, p_sender_role, p_client_id, p_text,
    p_reply_to
  WHERE NOT EXISTS (SELECT FROM bans b WHERE b.user_id = p_sender_id)
    AND NOT EXISTS (SELECT FROM mutes u WHERE u.user_id = p_sender_id)
    AND (is_public OR p_sender_role = 'admin'
      OR EXISTS (SELECT FROM room_members m WHERE m.room_id = p_room AND m.user_id = p_sender_id));
  IF NOT FOUND THEN
    RAISE no_data_found;
  END IF;
  event_offset := new_offset;
  epoch := room_epoch;
  at := stamp;
EXCEPTION WHEN unique_violation OR no_data_found THEN
  -- A repeat, or he may not: the counter is back too.
  RETURN;
END
$$;
