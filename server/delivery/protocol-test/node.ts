// A node with the real delivery and the real memory of recent events. What `io/chat.ts`, `history/read.ts` and
// `roles/node.ts` do with sockets, Postgres and Redis is done here with tasks of the clock.
import type { RoomEvent, RoomEvents, RoomPage } from "../../../shared/room-events.js";
import type { RoomHead } from "../../history/heads.js";
import { createRecentEvents } from "../../history/recent.js";
import { createLog } from "../../metrics/log.js";
import { createDelivery, type Delivery } from "../delivery.js";
import type { Actor, Clock } from "./clock.js";
import type { Commands, NodeEnd, Socket } from "./connection.js";
import type { Database, NewMessage, RoomLog } from "./database.js";
import type { PlantedFault } from "./faults.js";

/** How often a node compares heads. */
export const pollMs = 1000;
// Small, so that short runs meet them: the client takes what it gets.
const pageMax = 20;
const snapshotSize = 10;
const catchUpMax = 30;
const repairMax = 25;
const recentMax = 15;
const silent = createLog("silent", null);
const presence = { counts: { guests: 0, members: 0, admins: 0 }, users: [] };

/** What a node works with. */
export interface NodePorts {
  clock: Clock;
  database: Database;
  logs: ReadonlyMap<string, RoomLog>;
  isDegraded(): boolean;
  /** Publishes to the other nodes. */
  publish(batch: RoomEvents): void;
  planted: PlantedFault | null;
}

/** One life of a node. */
export interface Node extends NodeEnd {
  /** Appends, and broadcasts what is new. */
  append(room: string, message: NewMessage, broadcast?: boolean): Promise<{ id: string; offset: number }>;
  /** Takes what another node published. */
  hear(batch: RoomEvents): void;
  resync(): void;
}

/** Starts a node without sockets. */
export function createNode(ports: NodePorts): Node {
  const { clock, database, planted } = ports;
  const actor: Actor = { alive: true, frozenUntil: 0 };
  const members = new Map<string, Set<Socket>>();
  const recent = createRecentEvents(recentMax);
  const query = <T>(statement: () => T) => database.query(actor, statement);
  const headOf = (room: string) => query(() => logOf(room).head());

  function logOf(room: string): RoomLog {
    const log = ports.logs.get(room);
    if (!log) throw new Error(`no room ${room}`);
    return log;
  }

  function give(batch: RoomEvents): void {
    delivery.delivered(batch);
    recent.keep(batch);
    for (const socket of members.get(batch.room) ?? []) socket.emit(batch);
  }

  function broadcast(batch: RoomEvents): void {
    give(batch);
    ports.publish(batch);
  }

  const delivery: Delivery = clock.as(actor, () =>
    createDelivery({
      readHeads: (rooms) =>
        query(
          () => new Map(planted === "no head poll" ? [] : rooms.map((room) => [room, logOf(room).head()])),
        ),
      readMissing: (stretches) =>
        query(() => {
          const batches = stretches.map(({ room, after, upTo }) => ({
            room,
            epoch: logOf(room).head().epoch,
            events: logOf(room).between(after, upTo).slice(0, repairMax),
          }));
          return batches.filter(({ events }) => events.length > 0);
        }),
      emitLocally: (batch) =>
        planted === "repair does not reach the sockets" ? delivery.delivered(batch) : give(batch),
      isDegraded: ports.isDegraded,
      wentBack: (room, { epoch }) => query(() => logOf(room).renewEpoch(epoch)),
      repaired: () => undefined,
      log: silent,
      intervalMs: pollMs,
    }),
  );

  /** Nothing where the log was restored since the head was read. */
  async function read(room: string, head: RoomHead, after: number, upTo: number): Promise<RoomEvent[]> {
    const kept = recent.between(room, head.epoch, after, upTo);
    if (kept) return kept;
    return query(() => (logOf(room).head().epoch === head.epoch ? logOf(room).between(after, upTo) : []));
  }

  async function page(room: string, head: RoomHead, after: number, limit: number): Promise<RoomPage> {
    const from = Math.max(after, head.floor - 1);
    const events = await read(room, head, from, Math.min(from + limit, head.head));
    return { ...head, events, truncated: after < from && planted !== "no snapshot after trimming" };
  }

  async function pageBefore(room: string, head: RoomHead, before: number, limit: number): Promise<RoomPage> {
    const upTo = Math.min(before - 1, head.head);
    const events = await read(room, head, Math.max(upTo - limit, head.floor - 1), upTo);
    return { ...head, events, truncated: false };
  }

  async function catchUp(room: string, after: number | undefined): Promise<RoomPage> {
    const head = await headOf(room);
    const behind = head.head - (after ?? 0);
    if (after !== undefined && behind >= 0 && behind <= catchUpMax) {
      const all = await page(room, head, after, catchUpMax);
      if (!all.truncated) return all;
    }
    const last = await pageBefore(room, head, Infinity, snapshotSize);
    return { ...last, truncated: after !== undefined };
  }

  function enter(socket: Socket, room: string): void {
    if (socket.connected) members.set(room, (members.get(room) ?? new Set()).add(socket));
  }

  async function append(room: string, message: NewMessage, publish = true) {
    const { appended, batch, offset } = await query(() => logOf(room).append(message));
    if (appended && publish) broadcast(batch);
    return { id: batch.events[0]?.id ?? "", offset };
  }

  const commands = (socket: Socket): Commands => ({
    async join({ room, after }) {
      if (planted !== "joins after reading") enter(socket, room);
      const joined = await catchUp(room, after);
      if (planted === "joins after reading") enter(socket, room);
      if (!socket.connected) throw new Error("the connection ended");
      delivery.watch(room, joined.head, joined.epoch);
      return { room, ...joined, presence };
    },
    async read({ room, after = 0, before, limit = pageMax }) {
      const head = await headOf(room);
      const size = Math.min(limit, pageMax);
      return before === undefined ? page(room, head, after, size) : pageBefore(room, head, before, size);
    },
    async send({ room, clientId, text }) {
      const message = { sender: socket.user, clientId, text };
      if (planted === "published before the commit") {
        const { head, epoch } = await headOf(room);
        const event = { kind: "message" as const, offset: head + 1, id: `early-${clientId}`, at: 0 };
        broadcast({ room, epoch, events: [{ ...event, ...message }] });
      }
      const appending = append(room, message);
      if (planted === "acked before the commit") {
        appending.catch(() => undefined);
        return { id: "", offset: (await headOf(room)).head + 1, at: 0 };
      }
      return { ...(await appending), at: 0 };
    },
  });

  return {
    actor,
    commands,
    append,
    hear: give,
    drop(socket) {
      socket.connected = false;
      for (const [room, sockets] of members) {
        if (!sockets.delete(socket) || sockets.size > 0) continue;
        members.delete(room);
        delivery.unwatch(room);
        recent.forget(room);
      }
    },
    resync: () => delivery.resync(),
  };
}
