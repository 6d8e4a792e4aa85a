/** Bounds of the contract that both sides check; characters are Unicode code points. */
export const limits = {
  nameCharacters: 32,
  passwordCharacters: 10,
  /** Keeps one login from costing the hash of a book. */
  passwordCharactersMax: 256,
  /** Rooms that one user may own, unless he is an admin (T33). */
  roomsOwned: 20,
  titleCharacters: 80,
  topicCharacters: 300,
  reasonCharacters: 300,
  textCharacters: 4000,
  packetBytes: 64 * 1024,
  /** `events:read` and REST: events in one answer. */
  pageDefault: 50,
  pageMax: 200,
  /** `room:join`: more than this behind and the answer is a snapshot with `truncated`. */
  catchUpMax: 1000,
  /** Presence lists name at most this many users of a room; counts go on beyond. */
  presenceListMax: 200,
} as const;
