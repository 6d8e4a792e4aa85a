import { setTimeout as pass } from "node:timers/promises";
import { pathOf } from "./load/packets.js";
import { roomNames } from "./load/room.js";
import { addRooms, addSessions } from "./parley.js";
import type { Services } from "./services.js";
import type { Subject } from "./subject.js";

/** Who is to come: the rooms of each socket, and to which node it goes. */
export interface Coming {
  rooms: number;
  places: number[][];
  /** Node of a socket; all to the first when not given. */
  nodeOf?: (socket: number) => number;
  /** nginx in front, if there is one. */
  port?: number;
  together?: number;
  /** Ports of the nodes where those go who are cut. */
  elsewhere?: number[];
}

let crowds = 0;

/** Brings a crowd to the subject, in rooms of its own; tells how long connecting and joining took. */
export async function bring(
  services: Services,
  subject: Subject,
  coming: Coming,
): Promise<{ seconds: number }> {
  crowds += 1;
  const rooms = roomNames(`b${String(crowds).padStart(4, "0")}-`, coming.rooms);
  const { dialect, nodes } = subject;
  const isParley = dialect === "parley";
  if (isParley) await addRooms(services, rooms);
  const cookies = isParley ? await addSessions(services, coming.places.length) : [];
  const portOf = (socket: number) => coming.port ?? nodes[coming.nodeOf?.(socket) ?? 0]?.port ?? 0;
  return services.load.order("bring", {
    dialect,
    // Plain nodes count for themselves; with several there is no one order.
    isNumbered: isParley || nodes.length === 1,
    rooms,
    comers: coming.places.map((places, socket) => ({
      rooms: places,
      target: {
        port: portOf(socket),
        host: `127.0.0.1:${portOf(socket)}`,
        path: pathOf(dialect),
        cookie: cookies[socket] ?? null,
      },
    })),
    together: coming.together ?? 50,
    elsewhere: coming.elsewhere ?? [],
  });
}

/** Presence tells what changed a moment later; nothing of that belongs to what is measured. */
export const settle = () => pass(1000);
