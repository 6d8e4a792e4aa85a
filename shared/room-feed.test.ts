import { describe, expect, it, vi } from "vitest";
import type { JoinedRoom } from "./commands.js";
import type { RoomEvent, RoomPage } from "./room-events.js";
import type { Timeline } from "./timeline.js";
import { createRoomFeed, type FeedPorts } from "./room-feed.js";

declare function setTimeout(callback: () => void, ms: number): unknown;

const sender = { id: "u1", name: "Ann", role: "member" as const };
const event = (offset: number): RoomEvent => ({
  offset,
  kind: "message",
  id: `m${offset}`,
  at: offset,
  sender,
  text: String(offset),
  clientId: `c${offset}`,
});
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => event(from + i));

function setUp(head: number) {
  const server = { head, epoch: "e1", joinFails: false };
  let shown: number[] = [];
  const page = (events: RoomEvent[], truncated = false): RoomPage => ({
    events,
    head: server.head,
    floor: 1,
    epoch: server.epoch,
    truncated,
  });
  const presence = { counts: { guests: 0, members: 0, admins: 0 }, users: [] };
  const ports = {
    join: vi.fn<FeedPorts["join"]>(async ({ room, after }) => {
      if (server.joinFails) throw new Error("no answer");
      const data: JoinedRoom = {
        ...page(range((after ?? server.head - 3) + 1, server.head)),
        room,
        presence,
      };
      return { ok: true, data };
    }),
    read: vi.fn<FeedPorts["read"]>(async ({ after, before }) => ({
      ok: true,
      data: page(before === undefined ? range((after ?? 0) + 1, server.head) : range(1, before - 1)),
    })),
    wait: (ms: number, callback: () => void) => void setTimeout(callback, ms),
    joined: vi.fn<FeedPorts["joined"]>(),
    refused: vi.fn<FeedPorts["refused"]>(),
    changed: (timeline: Timeline) => {
      shown = timeline.events().map((one) => one.offset);
    },
  };
  const feed = createRoomFeed("general", ports);
  const live = (...events: RoomEvent[]) => feed.take({ room: "general", epoch: server.epoch, events });
  return { server, ports, feed, live, shown: () => shown };
}

describe("createRoomFeed", () => {
  it("shows the end of the room and reads what is older", async () => {
    const { feed, shown } = setUp(5);
    await feed.join();
    expect(shown()).toEqual([3, 4, 5]);
    await feed.readOlder();
    expect(shown()).toEqual([1, 2, 3, 4, 5]);
  });

  it("reads a gap only when it is still there after a moment", async () => {
    vi.useFakeTimers();
    const { feed, live, ports, server, shown } = setUp(3);
    await feed.join();
    live(event(5));
    live(event(4));
    await vi.advanceTimersByTimeAsync(1000);
    expect(ports.read).not.toHaveBeenCalled();
    server.head = 8;
    live(event(8));
    await vi.advanceTimersByTimeAsync(149);
    expect(ports.read).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(shown()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    vi.useRealTimers();
  });

  it("catches up after the last event shown on the next join", async () => {
    const { feed, ports, server, shown } = setUp(3);
    await feed.join();
    server.head = 6;
    await feed.join();
    expect(ports.join).toHaveBeenLastCalledWith({ room: "general", after: 3 });
    expect(shown()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it("starts anew when the log was restored", async () => {
    const { feed, live, server, ports, shown } = setUp(9);
    await feed.join();
    server.epoch = "e2";
    server.head = 4;
    live(event(4));
    await vi.waitFor(() => expect(shown()).toEqual([2, 3, 4]));
    expect(ports.join).toHaveBeenLastCalledWith({ room: "general" });
  });

  it("joins again when no answer came", async () => {
    vi.useFakeTimers();
    const { feed, server, shown } = setUp(3);
    server.joinFails = true;
    await feed.join();
    server.joinFails = false;
    await vi.advanceTimersByTimeAsync(2000);
    expect(shown()).toEqual([1, 2, 3]);
    vi.useRealTimers();
  });

  it("reaches an event whose live delivery was lost", async () => {
    const { feed, server, shown } = setUp(3);
    await feed.join();
    server.head = 4;
    feed.reach(4);
    await vi.waitFor(() => expect(shown()).toEqual([1, 2, 3, 4]));
  });
});
