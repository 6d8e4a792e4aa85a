import type { User } from "../../shared/values.js";

/** A room, or null for the node itself: who has a socket is there. */
export type Where = string | null;

/** What changed on this node since it was asked last. */
export interface Changes {
  /** Where somebody came, went or changed. */
  where: Set<Where>;
  /** Who came and is still there, as he is now. */
  came: Map<Where, User[]>;
  /** Who went, as he was. */
  left: { where: Where; user: User }[];
}

/** The users of this node's own sockets, and where they are; one with several sockets is there once. */
export interface LocalUsers {
  connect(socketId: string, user: User): void;
  disconnect(socketId: string): void;
  enter(socketId: string, room: string): void;
  leave(socketId: string, room: string): void;
  /** The socket's user may have another role now. */
  update(socketId: string, user: User): void;
  in(where: Where): User[];
  /** Rooms with somebody in them. */
  rooms(): string[];
  takeChanges(): Changes;
}

interface Place {
  user: User;
  /** How many of his sockets are there. */
  sockets: number;
}

/** Creates an empty record; `changed` is called at each change. */
export function createLocalUsers(changed: () => void): LocalUsers {
  /** A socket is in few places: a list takes less than a set. */
  const sockets = new Map<string, { user: User; where: Where[] }>();
  const places = new Map<Where, Map<string, Place>>();
  let came = new Map<Where, Set<string>>();
  let left: Changes["left"] = [];

  const at = (where: Where) => places.get(where) ?? new Map<string, Place>();

  function noteArrival(where: Where, { id }: User): void {
    came.set(where, (came.get(where) ?? new Set()).add(id));
    changed();
  }

  function noteDeparture(where: Where, user: User): void {
    left.push({ where, user });
    changed();
  }

  function enter(socketId: string, where: Where): void {
    const socket = sockets.get(socketId);
    if (!socket || socket.where.includes(where)) return;
    socket.where.push(where);
    const there = at(where);
    places.set(where, there);
    const place = there.get(socket.user.id) ?? { user: socket.user, sockets: 0 };
    there.set(socket.user.id, place);
    place.sockets += 1;
    if (place.sockets === 1) noteArrival(where, socket.user);
  }

  function leave(socketId: string, where: Where): void {
    const socket = sockets.get(socketId);
    if (!socket?.where.includes(where)) return;
    socket.where = socket.where.filter((other) => other !== where);
    const there = at(where);
    const place = there.get(socket.user.id);
    if (!place) return;
    place.sockets -= 1;
    if (place.sockets > 0) return;
    there.delete(socket.user.id);
    if (there.size === 0) places.delete(where);
    noteDeparture(where, place.user);
  }

  return {
    connect(socketId, user) {
      sockets.set(socketId, { user, where: [] });
      enter(socketId, null);
    },
    disconnect(socketId) {
      for (const where of sockets.get(socketId)?.where ?? []) leave(socketId, where);
      sockets.delete(socketId);
    },
    enter,
    leave,
    update(socketId, user) {
      for (const where of sockets.get(socketId)?.where ?? []) {
        const place = at(where).get(user.id);
        if (!place || place.user.role === user.role) continue;
        noteDeparture(where, place.user);
        place.user = user;
        noteArrival(where, user);
      }
    },
    in: (where) => [...at(where).values()].map((place) => place.user),
    rooms: () => [...places.keys()].filter((where) => where !== null),
    takeChanges() {
      const now = (where: Where, ids: Set<string>) => [...ids].flatMap((id) => at(where).get(id)?.user ?? []);
      const changes = {
        where: new Set([...came.keys(), ...left.map(({ where }) => where)]),
        came: new Map([...came].map(([where, ids]) => [where, now(where, ids)])),
        left,
      };
      came = new Map();
      left = [];
      return changes;
    },
  };
}
