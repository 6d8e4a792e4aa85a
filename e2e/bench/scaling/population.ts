/** Who talks where, as far as it can be said in numbers. */
export interface Population {
  connections: number;
  rooms: number;
  /** Rooms of one user. */
  roomsEach: number;
  /** Room number n is n^-skew as large as the first one: Zipf's law with 1. */
  skew: number;
  /** No room has more members online. */
  largest: number;
  messagesPerUserPerSecond: number;
  sessionMinutes: number;
}

/** A population of the given size: a room for every ten, five rooms each, a message a minute each. */
export const populationOf = (connections: number): Population => ({
  connections,
  rooms: connections / 10,
  roomsEach: 5,
  skew: 1,
  largest: 1000,
  messagesPerUserPerSecond: 1 / 60,
  sessionMinutes: 30,
});

/** Rooms of about the same size. */
export interface RoomGroup {
  /** Members online of each of them. */
  size: number;
  count: number;
}

/** Neighbours by rank whose ranks differ by at most 2 %: a million rooms are some hundreds of groups. */
function* ranks(rooms: number): Generator<[from: number, to: number]> {
  for (let from = 1; from <= rooms;) {
    const to = Math.min(rooms, Math.max(from, Math.floor(from * 1.02)));
    yield [from, to];
    from = to + 1;
  }
}

/** The rooms, largest first; their members add up to everybody's rooms. */
export function roomGroups({ connections, rooms, roomsEach, skew, largest }: Population): RoomGroup[] {
  const weighed = [...ranks(rooms)].map(([from, to]) => ({
    weight: (from ** -skew + to ** -skew) / 2,
    count: to - from + 1,
  }));
  const seats = connections * roomsEach;
  const cap = Math.max(largest, seats / rooms);
  const sizeAt = (scale: number, weight: number) => Math.min(cap, scale * weight);
  const filledBy = (scale: number) =>
    weighed.reduce((sum, { weight, count }) => sum + count * sizeAt(scale, weight), 0);
  let [low, high] = [0, cap * rooms ** skew];
  for (let i = 0; i < 60; i += 1) {
    const middle = (low + high) / 2;
    if (filledBy(middle) < seats) low = middle;
    else high = middle;
  }
  return weighed.map(({ weight, count }) => ({ size: sizeAt(high, weight), count }));
}

/** Nodes that have at least one of `members` users who are each on any of `nodes`: N(1 - (1 - 1/N)^k). */
export const nodesWithMembers = (members: number, nodes: number): number =>
  nodes * (1 - (1 - 1 / nodes) ** members);
