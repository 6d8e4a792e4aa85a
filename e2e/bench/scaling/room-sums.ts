import { nodesWithMembers, type RoomGroup } from "./population.js";

/** Sums over rooms; each is as busy as it is large. */
export interface RoomSums {
  memberships: number;
  /** Members of the room of each membership. */
  deliveries: number;
  /** Nodes with members of the room of each membership. */
  nodes: number;
  /** Rooms with local members, over all nodes. */
  local: number;
  /** Members that are told a change of the list, a second. */
  told: number;
  /** Entries of lists that nodes read because of that, a second. */
  toldRead: number;
  /** Entries of lists when each node reads those of its rooms once. */
  read: number;
}

/**
 * Sums over all rooms for so many nodes. `together` members of a room go to one node; `changed` tells how often its
 * list of members is told anew.
 */
export function sumRooms(
  groups: RoomGroup[],
  nodes: number,
  together: number,
  changed: (size: number) => number,
): RoomSums {
  const sums = { memberships: 0, deliveries: 0, nodes: 0, local: 0, told: 0, toldRead: 0, read: 0 };
  for (const { size, count } of groups) {
    const parties = Math.min(size, Math.max(1, size / together));
    const withMembers = nodesWithMembers(parties, nodes);
    const changes = changed(size);
    const members = count * size;
    sums.memberships += members;
    sums.deliveries += members * size;
    sums.nodes += members * withMembers;
    sums.local += count * withMembers;
    sums.told += members * changes;
    sums.toldRead += members * changes * withMembers;
    sums.read += members * withMembers;
  }
  return sums;
}
