import { expect, it } from "vitest";
import { createRoom, roomIndex, roomNames } from "./room.js";

it("knows a packet again only by its offset and all of its bytes", () => {
  const room = createRoom("r", 1024);
  const packet = Buffer.from("..the packet..");
  room.keep({ room: "r", messages: [{ offset: 5, text: "81 x" }] }, packet, 2, 12);
  expect([...(room.find(5, Buffer.from("the packet"), 0, 10) ?? [])]).toEqual([81]);
  expect(room.find(5, Buffer.from("the pucket"), 0, 10)).toBeNull();
  expect(room.find(5, Buffer.from("the packets"), 0, 11)).toBeNull();
  expect(room.find(6, Buffer.from("the packet"), 0, 10)).toBeNull();
  expect(room.find(5 + 1024, Buffer.from("the packet"), 0, 10)).toBeNull();
});

it("names rooms so that the index can be read from the end", () => {
  const names = roomNames("b0001-", 101);
  expect(names[100]).toBe("b0001-100");
  expect(names.map((name) => roomIndex(Buffer.from(name), name.length))).toEqual(names.map((_, i) => i));
});
