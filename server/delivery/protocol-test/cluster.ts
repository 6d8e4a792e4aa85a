// Nodes behind one address, and the bus between them: it loses, doubles, delays and so reorders what it carries.
import type { RoomEvents } from "../../../shared/room-events.js";
import type { Clock } from "./clock.js";
import { openConnection, type Connection, type PageEnd } from "./connection.js";
import type { Database, RoomLog } from "./database.js";
import type { PlantedFault } from "./faults.js";
import { createNode, type Node } from "./node.js";

/** The nodes by their slots; a slot is empty while its node is dead. */
export interface Cluster {
  connect(slot: number, page: PageEnd): Connection;
  /** Appends for an outside service; not `published` as by a node that dies right after the commit. */
  post(slot: number, room: string, text: string, published: boolean): void;
  /** Ends a node at once; another one takes its slot in `ms`. */
  kill(slot: number, ms: number): void;
  /** Stops a node's work; `deaf` when Redis gives up on it meanwhile. */
  freeze(slot: number, ms: number, deaf: boolean): void;
  /** The bus loses this share of what it carries, and doubles as much of the rest, without telling. */
  disturb(share: number, ms: number): void;
  /** Redis is gone for one node, or for all (null); they notice a while later. */
  cutOff(slot: number | null, ms: number): void;
}

interface Slot {
  node: Node;
  connections: Connection[];
  cutFrom: number;
  cutUntil: number;
}

const noticedMs = 600;
const outside = { id: "outside", name: "Outside", role: "member" as const };

/** Creates `count` nodes over one database. */
export function createCluster(
  count: number,
  clock: Clock,
  latency: () => number,
  database: Database,
  logs: ReadonlyMap<string, RoomLog>,
  planted: PlantedFault | null,
): Cluster {
  const slots: (Slot | null)[] = [];
  let lostShare = 0;
  let disturbedUntil = 0;

  const isCut = ({ cutFrom, cutUntil }: Slot) => cutFrom <= clock.now() && clock.now() < cutUntil;

  function carry(from: Slot, batch: RoomEvents): void {
    if (isCut(from)) return;
    const share = clock.now() < disturbedUntil ? lostShare : 0;
    for (const to of slots) {
      if (to === null || to === from || clock.random() < share) continue;
      const copies = clock.random() < share ? 2 : 1;
      for (let i = 0; i < copies; i += 1) {
        clock.after(latency(), null, () => {
          if (!isCut(to)) clock.after(0, to.node.actor, () => to.node.hear(batch));
        });
      }
    }
  }

  function start(): Slot {
    const slot: Slot = {
      node: createNode({
        clock,
        database,
        logs,
        planted,
        isDegraded: () => isCut(slot) && clock.now() - slot.cutFrom > noticedMs,
        publish: (batch) => carry(slot, batch),
      }),
      connections: [],
      cutFrom: 0,
      cutUntil: 0,
    };
    return slot;
  }

  /** What is sent to the node is lost until the end; then it subscribes again and looks. */
  function cut(slot: Slot, ms: number): void {
    if (!isCut(slot)) slot.cutFrom = clock.now();
    slot.cutUntil = Math.max(slot.cutUntil, clock.now() + ms);
    clock.after(ms, slot.node.actor, () => {
      if (!isCut(slot)) slot.node.resync();
    });
  }

  for (let i = 0; i < count; i += 1) slots.push(start());

  return {
    connect(index, page) {
      const slot = slots[index] ?? null;
      const connection = openConnection(clock, latency, page, slot && slot.node);
      slot?.connections.push(connection);
      return connection;
    },
    post(index, room, text, published) {
      const message = { sender: outside, clientId: text, text };
      slots[index]?.node.append(room, message, published).catch(() => undefined);
    },
    kill(index, ms) {
      const slot = slots[index];
      if (!slot) return;
      slot.node.actor.alive = false;
      slots[index] = null;
      for (const connection of slot.connections) connection.break(0);
      clock.after(ms, null, () => {
        slots[index] = start();
      });
    },
    freeze(index, ms, deaf) {
      const slot = slots[index];
      if (!slot) return;
      slot.node.actor.frozenUntil = Math.max(slot.node.actor.frozenUntil, clock.now() + ms);
      if (deaf) cut(slot, ms);
    },
    disturb(share, ms) {
      lostShare = share;
      disturbedUntil = clock.now() + ms;
    },
    cutOff(index, ms) {
      for (const slot of index === null ? slots : [slots[index]]) if (slot) cut(slot, ms);
    },
  };
}
