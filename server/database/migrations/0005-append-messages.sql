-- compatible: yes (adds a function)

-- Appends messages as append_events does, at half the price, where nothing is in their way: the rooms are there, the
-- senders may write, and no message is a repeat. Where something is, it appends nothing and returns nulls:
-- append_events then tells what became of each.
-- p_rooms, p_counts: the batch's rooms, each once, and how many messages each gets. p_in, p_nth and what follows: of
-- each message its room's place in p_rooms, its place among the room's messages, both from 1, and its columns.
-- heads, epochs: of each room, the head before. Locks and plans are as in append_events; statistics change neither.
CREATE FUNCTION append_messages(
  p_rooms text[], p_counts int[], p_in int[], p_nth int[], p_ids uuid[], p_client_ids uuid[], p_sender_ids text[],
  p_sender_names text[], p_sender_roles text[], p_texts text[], p_reply_tos uuid[],
  OUT heads bigint[], OUT epochs text[], OUT at timestamptz)
LANGUAGE plpgsql
SET lock_timeout = '2s'
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET jit = off
AS $$
DECLARE
  old_heads bigint[];
  room_epochs text[];
  are_public boolean;
  stamp timestamptz;
BEGIN
  SELECT array_agg(l.head ORDER BY l.nth), array_agg(l.epoch ORDER BY l.nth), bool_and(l.visibility = 'public')
  INTO old_heads, room_epochs, are_public
  FROM (
    SELECT p.nth, r.head, r.epoch, r.visibility
    FROM unnest(p_rooms) WITH ORDINALITY p(id, nth) JOIN rooms r ON r.id = p.id
    ORDER BY r.id FOR NO KEY UPDATE OF r
  ) l;
  IF cardinality(old_heads) IS DISTINCT FROM cardinality(p_rooms) THEN
    RETURN;
  END IF;
  stamp := date_trunc('milliseconds', clock_timestamp());
  -- A mute that is over sends them the long way too, where its time is looked at.
  IF EXISTS (SELECT FROM bans b WHERE b.user_id = ANY (p_sender_ids))
    OR EXISTS (SELECT FROM mutes u WHERE u.user_id = ANY (p_sender_ids))
    OR (NOT are_public AND EXISTS (
      SELECT FROM unnest(p_in, p_sender_ids, p_sender_roles) s(room, id, role)
      JOIN rooms r ON r.id = p_rooms[s.room]
      WHERE r.visibility <> 'public' AND s.role <> 'admin'
        AND NOT EXISTS (SELECT FROM room_members m WHERE m.room_id = r.id AND m.user_id = s.id)))
  THEN
    RETURN;
  END IF;
  UPDATE rooms r SET head = r.head + p.count FROM unnest(p_rooms, p_counts) p(id, count) WHERE r.id = p.id;
  INSERT INTO room_events (room_id, event_offset, id, kind, at, sender_id, sender_name, sender_role, client_id, text,
    reply_to)
  SELECT p_rooms[e.room], old_heads[e.room] + e.nth, e.id, 'message', stamp, e.sender_id, e.sender_name,
    e.sender_role, e.client_id, e.text, e.reply_to
  FROM unnest(p_in, p_nth, p_ids, p_client_ids, p_sender_ids, p_sender_names, p_sender_roles, p_texts, p_reply_tos)
    e(room, nth, id, client_id, sender_id, sender_name, sender_role, text, reply_to);
  heads := old_heads;
  epochs := room_epochs;
  at := stamp;
EXCEPTION WHEN unique_violation THEN
  -- A repeat: the counters are back too.
  RETURN;
END
$$;
