import type { createAdapter } from "@socket.io/redis-adapter";
import type { Emitter } from "@socket.io/redis-emitter";
import type { RoomEvents } from "../../shared/room-events.js";
import type { LatencyWindow } from "../metrics/latency.js";
import type { RedisClient } from "./redis.js";
import type { GuardedSubscriber } from "./subscriber.js";

/** Who is told what the bus notices. */
export interface BusListeners {
  /** Room events from another node, before the adapter delivers them. */
  onRoomEvents(batch: RoomEvents): void;
  /** Something published was lost: the subscriptions were interrupted, or a sequence has a hole. */
  onLost(): void;
  /** The subscriptions are complete again. */
  onResubscribed(): void;
  /** Redis does not answer or take anything any more, or does again. */
  onDegraded(degraded: boolean): void;
  /** An instance of the cluster tells this one to do something. */
  onOrder(order: string): void;
  /** The starts of all instances, as the registry has them; rejects when Redis fails. */
  listBoots(): Promise<string[]>;
}

/** What connects the instances: the official adapter and emitter on guarded clients (lab-notes §2.4). */
export interface Bus {
  /** For `new Server({ adapter })`. */
  adapter: ReturnType<typeof createAdapter>;
  emitter: Emitter;
  rooms: Pick<GuardedSubscriber, "followRoom" | "leaveRoom">;
  /** Publishes room events for the other nodes; tells how many events are for every one of them. */
  tellRooms(batches: readonly RoomEvents[]): number;
  /** Hears what outside services publish: raw bytes that nobody sealed, for the listener to check. */
  listenOutside(listener: (bytes: Buffer) => void): void;
  /** Commands on volatile data; null while Redis does not answer, or refuses what is written. */
  commands(): RedisClient | null;
  /** How many connections listen to each channel; rejects while that is not known. */
  countListeners(channels: string[]): Promise<number[]>;
  latency: LatencyWindow;
  isDegraded(): boolean;
  /** Whether what is published arrives, as far as is known: a Redis that takes nothing still passes it on. */
  isHearing(): boolean;
  /** The channel that Redis refuses to our user, where it does: without it the instance would be deaf or mute. */
  refused(): string | null;
  /** Tells one instance to do something; false when nobody can have heard it. */
  order(boot: string, order: string): Promise<boolean>;
  /** Looks up again who may be heard: with each heartbeat of the registry. */
  refreshBoots(): void;
  /** Resolves when all that is published comes back, or after `ms`; never rejects. */
  ready(ms: number): Promise<boolean>;
  close(): Promise<void>;
}
