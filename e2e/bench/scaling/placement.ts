import { createRandom } from "../../faults/random.js";
import { roomGroups, type Population } from "./population.js";

/** Where users go. */
export interface Placed {
  /** Nodes with members of its room, in the mean over messages: a room is as busy as it is large. */
  nodesOfMessage: number;
  /** What the formula says for users who are anywhere. */
  expected: number;
  /** Deliveries of the busiest node over the mean. */
  hottest: number;
}

/** A crowd whose users have rooms in common. */
export interface Crowd {
  /** Rooms of each user; the first is the one that he is placed by. */
  users: number[][];
  rooms: number;
}

/** Rooms next to each other in the list of a team. */
export const teamRooms = 10;

/** Draws users: each takes a room by its size, and each other one from the same team with this probability. */
export function drawCrowd(population: Population, withinTeam: number, seed: number): Crowd {
  const random = createRandom(seed).next;
  const { rooms, connections, roomsEach } = population;
  // Teams are made of rooms of all sizes.
  const order = shuffled(rooms, random);
  const sizes = roomGroups(population).flatMap(({ size, count }) =>
    Array.from({ length: count }, () => size),
  );
  const sums = new Float64Array(rooms);
  let sum = 0;
  order.forEach((size, room) => (sums[room] = sum += sizes[size] ?? 0));
  const between = (from: number, to: number) => {
    const below = sums[from - 1] ?? 0;
    return firstAbove(sums, below + random() * ((sums[to - 1] ?? 0) - below));
  };
  const users = Array.from({ length: connections }, () => {
    const own = between(0, rooms);
    const team = own - (own % teamRooms);
    const chosen = new Set([own]);
    for (let tries = 0; chosen.size < roomsEach && tries < 100; tries += 1)
      chosen.add(
        random() < withinTeam ? between(team, Math.min(rooms, team + teamRooms)) : between(0, rooms),
      );
    return [...chosen];
  });
  return { users, rooms };
}

function shuffled(count: number, random: () => number): number[] {
  const list = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1));
    [list[i], list[j]] = [list[j] as number, list[i] as number];
  }
  return list;
}

function firstAbove(sums: Float64Array, value: number): number {
  let [low, high] = [0, sums.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sums[middle] ?? 0) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Each user anywhere, as `ip_hash` has it. */
export const anywhere = ({ users }: Crowd, nodes: number, seed: number): number[] => {
  const random = createRandom(seed).next;
  return users.map(() => Math.floor(random() * nodes));
};

/**
 * Each user with the team of his first room, of which a node takes `most` users. Without a directory a hash decides
 * where each part of a team is; with one the larger ones choose first, each the emptiest node.
 */
export function byTeam(
  { users }: Crowd,
  nodes: number,
  { most, directory, seed }: { most: number; directory: boolean; seed: number },
): number[] {
  const random = createRandom(seed).next;
  const teams = new Map<number, number[]>();
  users.forEach(([own = 0], user) => {
    const team = Math.floor(own / teamRooms);
    const members = teams.get(team) ?? [];
    members.push(user);
    teams.set(team, members);
  });
  const parts = [...teams.values()].flatMap((members) =>
    Array.from({ length: Math.ceil(members.length / most) }, (_, i) =>
      members.slice(i * most, (i + 1) * most),
    ),
  );
  const taken = Array.from({ length: nodes }, () => 0);
  const nodeOf = users.map(() => 0);
  for (const part of parts.sort((a, b) => b.length - a.length)) {
    const node = directory ? taken.indexOf(Math.min(...taken)) : Math.floor(random() * nodes);
    taken[node] = (taken[node] ?? 0) + part.length;
    for (const user of part) nodeOf[user] = node;
  }
  return nodeOf;
}

/** What a placement comes to: `nodeOf` has each user's node. */
export function measurePlacement({ users, rooms }: Crowd, nodes: number, nodeOf: number[]): Placed {
  const members = new Int32Array(rooms);
  const at = new Int32Array(rooms * nodes);
  users.forEach((own, user) => {
    for (const room of own) {
      members[room] = (members[room] ?? 0) + 1;
      const place = room * nodes + (nodeOf[user] ?? 0);
      at[place] = (at[place] ?? 0) + 1;
    }
  });
  const load = new Float64Array(nodes);
  let [messages, reached, expected] = [0, 0, 0];
  for (let room = 0; room < rooms; room += 1) {
    const size = members[room] ?? 0;
    messages += size;
    expected += size * nodes * (1 - (1 - 1 / nodes) ** size);
    for (let node = 0; node < nodes; node += 1) {
      const here = at[room * nodes + node] ?? 0;
      if (here > 0) reached += size;
      load[node] = (load[node] ?? 0) + size * here;
    }
  }
  const mean = load.reduce((sum, each) => sum + each, 0) / nodes;
  return {
    nodesOfMessage: reached / messages,
    expected: expected / messages,
    hottest: Math.max(...load) / mean,
  };
}
