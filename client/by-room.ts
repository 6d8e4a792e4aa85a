/**
 * What is known of rooms, by their ids. It inherits nothing: a room may be called "constructor", which every ordinary
 * object has.
 */
export type ByRoom<T> = Readonly<Record<string, T>>;

/** A copy, or an empty one. */
export const byRoom = <T>(entries: ByRoom<T> = {}): Record<string, T> =>
  Object.assign(Object.create(null) as Record<string, T>, entries);

/** A copy with one more, or with another one. */
export const withRoom = <T>(entries: ByRoom<T>, room: string, value: T): ByRoom<T> =>
  Object.assign(byRoom(entries), { [room]: value });
