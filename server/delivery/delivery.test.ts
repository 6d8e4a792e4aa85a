import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { RoomEvent, RoomEvents } from "../../shared/room-events.js";
import { createLog } from "../metrics/log.js";
import { createDelivery, type Delivery, type DeliveryPorts } from "./delivery.js";

const intervalMs = 1000;
const event = (offset: number): RoomEvent => ({
  kind: "message",
  offset,
  id: `id-${offset}`,
  at: offset,
  sender: { id: "u", name: "Ann", role: "member" },
  text: `text ${offset}`,
  clientId: `c-${offset}`,
});
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => event(from + i));
const batch = (from: number, to = from): RoomEvents => ({
  room: "general",
  epoch: "e1",
  events: range(from, to),
});

/** A log whose head can be moved, and what the node's sockets were given of it. */
function setUp() {
  const log = { head: 3, floor: 1, epoch: "e1", degraded: false, away: false, perRead: 200 };
  const given: number[] = [];
  const epochs: string[] = [];
  const ports = {
    readHeads: vi.fn<DeliveryPorts["readHeads"]>((rooms) =>
      log.away
        ? Promise.reject(new Error("away"))
        : Promise.resolve(new Map(rooms.map((room) => [room, { ...log }]))),
    ),
    readMissing: vi.fn<DeliveryPorts["readMissing"]>((stretches) =>
      Promise.resolve(
        stretches.flatMap(({ room, after, upTo }) => {
          const events = range(Math.max(after + 1, log.floor), upTo).slice(0, log.perRead);
          return events.length === 0 ? [] : [{ room, epoch: log.epoch, events }];
        }),
      ),
    ),
    emitLocally: vi.fn<DeliveryPorts["emitLocally"]>(({ epoch, events }) => {
      given.push(...events.map(({ offset }) => offset));
      epochs.push(epoch);
    }),
    isDegraded: () => log.degraded,
    wentBack: vi.fn<DeliveryPorts["wentBack"]>(() => {
      log.epoch = "e2";
      return Promise.resolve();
    }),
    repaired: vi.fn<DeliveryPorts["repaired"]>(),
    log: createLog("silent", null),
    intervalMs,
  } satisfies DeliveryPorts;
  const delivery = createDelivery(ports);
  delivery.watch("general", 3, "e1");
  return { log, given, epochs, ports, delivery };
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
let running: Delivery | undefined;
const start = () => {
  const all = setUp();
  running = all.delivery;
  return all;
};
beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  running?.stop();
  vi.useRealTimers();
});

describe("delivery", () => {
  it("gives nothing again that came by the live path, and counts no repair", async () => {
    const { log, delivery, given, ports } = start();
    log.head = 5;
    delivery.delivered(batch(5));
    delivery.delivered(batch(4));
    await pass(5000);
    expect(given).toEqual([]);
    expect(ports.repaired).not.toHaveBeenCalled();
  });

  it("waits for what may be on its way, and fills what is still missing a moment later", async () => {
    const { log, delivery, given, ports } = start();
    log.head = 4;
    await pass(intervalMs);
    expect(given).toEqual([]);
    delivery.delivered(batch(4));
    await pass(5000);
    expect(ports.repaired).not.toHaveBeenCalled();
    log.head = 6;
    await pass(intervalMs + 300);
    expect(given).toEqual([5, 6]);
    expect(ports.repaired).toHaveBeenCalledExactlyOnceWith(2);
    await pass(5000);
    expect(given).toEqual([5, 6]);
  });

  it("fills at the first look while Redis is away, and at once after a resubscribe", async () => {
    const { log, delivery, given } = start();
    log.degraded = true;
    log.head = 4;
    await pass(intervalMs);
    expect(given).toEqual([4]);
    log.degraded = false;
    log.head = 5;
    delivery.resync();
    await pass(1);
    expect(given).toEqual([4, 5]);
  });

  it("fills at the first look after the process was frozen", async () => {
    const { log, given } = start();
    log.head = 4;
    // The clock goes on, the timers do not.
    vi.setSystemTime(Date.now() + 20_000);
    vi.spyOn(performance, "now").mockReturnValue(performance.now() + 20_000);
    await pass(intervalMs);
    vi.restoreAllMocks();
    expect(given).toEqual([4]);
  });

  it("gives around what came out of order only what is missing", async () => {
    const { log, delivery, given } = start();
    log.head = 8;
    delivery.delivered(batch(5, 6));
    delivery.delivered(batch(8));
    delivery.resync();
    await pass(1);
    expect(given).toEqual([4, 7]);
  });

  it("reads on until all is given when one read does not bring it", async () => {
    const { log, delivery, given, ports } = start();
    log.head = 1003;
    delivery.resync();
    await pass(1);
    expect(given).toHaveLength(1000);
    expect(ports.readMissing).toHaveBeenCalledTimes(5);
  });

  it("gives what a slower socket's page has not, though a quicker one's had it", async () => {
    const { log, delivery, given } = start();
    delivery.watch("random", 6, "e1");
    delivery.watch("random", 4, "e1");
    log.head = 6;
    delivery.delivered({ ...batch(5), room: "random" });
    delivery.unwatch("general");
    delivery.resync();
    await pass(1);
    expect(given).toEqual([6]);
  });

  it("tells everybody which epoch holds when pages of two were given", async () => {
    const { log, delivery, epochs } = start();
    delivery.watch("general", 2, "e2");
    log.epoch = "e2";
    await pass(intervalMs);
    expect(epochs).toEqual(["e2"]);
  });

  it("does not ask for what is below the floor", async () => {
    const { log, delivery, given, ports } = start();
    Object.assign(log, { head: 20, floor: 18 });
    delivery.resync();
    await pass(1);
    expect(given).toEqual([18, 19, 20]);
    Object.assign(log, { head: 30, floor: 31 });
    await pass(10_000);
    expect(given).toHaveLength(3);
    expect(ports.readMissing).toHaveBeenCalledTimes(1);
  });

  it("keeps what it has to do while the database is away", async () => {
    const { log, delivery, given } = start();
    Object.assign(log, { head: 4, away: true });
    delivery.resync();
    await pass(5000);
    expect(given).toEqual([]);
    log.away = false;
    await pass(intervalMs);
    expect(given).toEqual([4]);
  });

  it("tells of a new epoch, and takes the room from its end", async () => {
    const { log, given, epochs } = start();
    Object.assign(log, { head: 2, epoch: "e2" });
    await pass(intervalMs);
    expect(epochs).toEqual(["e2"]);
    log.head = 3;
    await pass(2 * intervalMs);
    expect(given).toEqual([3]);
  });

  it("has a log renewed that went back under its old epoch", async () => {
    const { log, ports, epochs } = start();
    log.head = 1;
    await pass(intervalMs);
    expect(ports.wentBack).toHaveBeenCalledOnce();
    expect(epochs).toEqual(["e2"]);
  });

  it("does not take a head for gone back that was read before an event came", async () => {
    const { log, delivery, ports } = start();
    ports.readHeads.mockImplementationOnce((rooms) => {
      const answer = new Map(rooms.map((room) => [room, { ...log }]));
      log.head = 4;
      delivery.delivered(batch(4));
      return Promise.resolve(answer);
    });
    await pass(3 * intervalMs);
    expect(ports.wentBack).not.toHaveBeenCalled();
  });

  it("gives nothing to a room left while it was read", async () => {
    const { log, delivery, given, ports } = start();
    log.head = 4;
    ports.readMissing.mockImplementationOnce(() => {
      delivery.unwatch("general");
      delivery.watch("general", 4, "e1");
      return Promise.resolve([batch(4)]);
    });
    delivery.resync();
    await pass(3 * intervalMs);
    expect(given).toEqual([]);
  });

  it("looks at nothing without local rooms, and at no more once stopped", async () => {
    const { delivery, ports } = start();
    delivery.unwatch("general");
    await pass(3 * intervalMs);
    expect(ports.readHeads).not.toHaveBeenCalled();
    delivery.watch("general", 3, "e1");
    delivery.stop();
    await pass(3 * intervalMs);
    expect(ports.readHeads).not.toHaveBeenCalled();
  });
});
