import { encode } from "notepack.io";
import { describe, expect, it } from "vitest";
import { readOutside } from "./message.js";

const packet = (...data: unknown[]) => ({ type: 2, data, nsp: "/" });
const opts = { rooms: ["room:general"], flags: {}, except: [] as string[] };
const read = (packet: unknown, rest: unknown = opts) => readOutside(encode(["emitter", packet, rest]));
const event = { source: "weather", type: "rain", data: { mm: 3 } };
const news = { text: "Rain is coming", level: "info" };
const nested = (depth: number): unknown => (depth === 0 ? "core" : [nested(depth - 1)]);

describe("of an external event", () => {
  it("takes the three parts and the room", () => {
    expect(read(packet("external:event", event))).toEqual({
      event: "external:event",
      room: "general",
      payload: event,
    });
  });

  it.each<[string, unknown]>([
    ["null", null],
    ["8 levels", nested(8)],
    ["nearly 16 KiB", "x".repeat(16 * 1024 - 2)],
  ])("takes data of %s", (_name, data) => {
    expect(read(packet("external:event", { ...event, data }))).toMatchObject({ payload: { data } });
  });

  it.each<[string, unknown]>([
    ["no payload", undefined],
    ["a payload that is text", "hi"],
    ["no data", { source: "weather", type: "rain" }],
    ["an empty source", { ...event, source: "" }],
    ["a blank type", { ...event, type: "  " }],
    ["a source of 65 characters", { ...event, source: "x".repeat(65) }],
    ["NUL in the type", { ...event, type: "a\u0000" }],
    ["a fourth part", { ...event, room: "general" }],
    ["data above 16 KiB", { ...event, data: "x".repeat(16 * 1024 - 1) }],
  ])("refuses %s", (_name, payload) => {
    const data = payload === undefined ? [] : [payload];
    expect(read(packet("external:event", ...data))).toBe("outside_bad_shape");
  });

  it.each<[string, object]>([
    ["no room", { ...opts, rooms: [] }],
    ["two rooms", { ...opts, rooms: ["room:general", "room:random"] }],
    ["somebody's own room", { ...opts, rooms: ["user:0b0e"] }],
    ["a socket", { ...opts, rooms: ["sPbBP0Vd6WXZ4cpxAAAB"] }],
    ["a room that can not be", { ...opts, rooms: ["room:General "] }],
    ["all but some", { ...opts, except: ["room:random"] }],
    ["what nobody knows", { ...opts, more: 1 }],
    ["nothing", {}],
  ])("refuses one for %s", (_name, rest) => {
    expect(read(packet("external:event", event), rest)).toBe("outside_bad_shape");
  });

  it("refuses data nested more than 8 deep, and what is not JSON", () => {
    for (const data of [nested(9), Buffer.from("x"), new Date(), Number.NaN])
      expect(read(packet("external:event", { ...event, data }))).toBe("outside_undecodable");
  });
});

describe("of an announcement", () => {
  const everybody = { ...opts, rooms: [] };

  it("takes text and level, for everybody", () => {
    expect(read(packet("announcement:created", news), everybody)).toEqual({
      event: "announcement:created",
      payload: news,
    });
  });

  it("refuses one for a room, an unknown level, blank text and more parts", () => {
    expect(read(packet("announcement:created", news))).toBe("outside_bad_shape");
    for (const change of [{ level: "loud" }, { text: " " }, { text: "x".repeat(4001) }, { id: "1" }])
      expect(read(packet("announcement:created", { ...news, ...change }), everybody)).toBe(
        "outside_bad_shape",
      );
  });
});

describe("of anything else", () => {
  it.each([
    "room:events",
    "presence:state",
    "session:ended",
    "server:draining",
    "cluster:event",
    "disconnect",
    "connect_error",
    "newListener",
    "toString",
    "__proto__",
    "",
  ])("does not know %j", (name) => {
    expect(read(packet(name, event))).toBe("outside_unknown_event");
  });

  it.each<[string, unknown]>([
    ["a text for a packet", "hi"],
    ["a disconnect", { ...packet("external:event", event), type: 1 }],
    ["a binary event", { ...packet("external:event", event), type: 5 }],
    ["type 99", { ...packet("external:event", event), type: 99 }],
    ["an ack's id", { ...packet("external:event", event), id: 7 }],
    ["another namespace", { ...packet("external:event", event), nsp: "/admin" }],
    ["two payloads", packet("external:event", event, event)],
    ["an object for a name", packet({ a: 1 }, event)],
    ["no data", { type: 2, nsp: "/" }],
  ])("refuses %s", (_name, value) => {
    expect(read(value)).toBe("outside_bad_shape");
  });

  it.each<[string, Buffer, string]>([
    ["nothing", Buffer.alloc(0), "outside_undecodable"],
    ["text", Buffer.from("hello"), "outside_undecodable"],
    ["JSON", Buffer.from('{"type":2}'), "outside_undecodable"],
    ["null", encode(null), "outside_bad_shape"],
    ["a map", encode({ a: 1 }), "outside_bad_shape"],
    ["rooms a number", encode(["x", packet("external:event", event), { rooms: 5 }]), "outside_bad_shape"],
    ["200 kB of lists in one another", Buffer.alloc(200_000, 0x91), "outside_too_big"],
    ["20 kB of lists in one another", Buffer.alloc(20_000, 0x91), "outside_undecodable"],
  ])("drops %s", (_name, bytes, reason) => {
    expect(readOutside(bytes)).toBe(reason);
  });
});
