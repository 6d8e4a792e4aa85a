import { expect, it } from "vitest";
import { numberOf, readAnswer, readBatch, textOf } from "./packets.js";

it("reads Parley's batches, and counts events that are no messages", () => {
  const events = [
    { kind: "message", offset: 4, text: "17 lorem" },
    { kind: "member", offset: 5 },
  ];
  const packet = `42${JSON.stringify(["room:events", { room: "r", epoch: "e", events }])}`;
  expect(readBatch("parley", packet)).toEqual({
    room: "r",
    messages: [
      { offset: 4, text: "17 lorem" },
      { offset: 5, text: "" },
    ],
  });
  expect(readBatch("parley", '42["presence:diff",{"room":"r"}]')).toBeNull();
});

it("reads the plain server's messages", () => {
  const packet = '42["message",{"room":"r","offset":3,"sender":"s","text":"9 x"}]';
  expect(readBatch("plain", packet)?.messages[0]).toMatchObject({ offset: 3, text: "9 x" });
  expect(readBatch("bare", '42["other",{}]')).toBeNull();
});

it("reads acks: what was missed, and why something was refused", () => {
  const page = { head: 7, events: [{ kind: "message", offset: 7, text: "1 x" }] };
  expect(readAnswer(`4312${JSON.stringify([{ ok: true, data: page }])}`)).toMatchObject({
    id: 12,
    ok: true,
    head: 7,
    missed: [{ offset: 7, text: "1 x" }],
  });
  const refused = readAnswer('433[{"ok":false,"error":{"code":"rate_limited"}}]');
  expect(refused.ok).toBe(false);
  expect(refused.error).toContain("rate_limited");
});

it("hides a number in a text of the wanted size", () => {
  expect(textOf(1234, 100)).toHaveLength(100);
  expect(numberOf(textOf(1234, 100))).toBe(1234);
});
