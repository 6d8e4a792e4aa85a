import { describe, expect, it } from "vitest";
import { commands, eventsQuery } from "./commands.js";
import { announcementInput } from "./facts.js";
import { credentials, roomInput } from "./http.js";
import {
  clientId,
  countCharacters,
  messageText,
  offset,
  password,
  roomId,
  roomTitle,
  userName,
} from "./values.js";

const uuid = "6f1e2d3c-4b5a-4978-8695-a4b3c2d1e0f9";

function accepts(
  schema: { safeParse(value: unknown): { success: boolean } },
  good: unknown[],
  bad: unknown[],
): void {
  const judged = (values: unknown[]) => values.map((value) => [value, schema.safeParse(value).success]);
  expect(judged(good)).toEqual(good.map((value) => [value, true]));
  expect(judged(bad)).toEqual(bad.map((value) => [value, false]));
}

describe("values", () => {
  it("counts code points, not UTF-16 units", () => {
    expect(countCharacters("a😀é")).toBe(3);
  });

  it("room id", () => {
    const bad = ["", "-a", "A", "a_b", "a b", "a".repeat(65), "a\n", "ä", "a/b", 1, null];
    accepts(roomId, ["a", "0", "general", "a-b-1", "a".repeat(64)], bad);
  });

  it("user name", () => {
    const good = ["A", "Ann Lee", "李小龍", "مريم", "😀".repeat(32), "O'Brien", "a".repeat(32)];
    const bad = [
      "",
      " ",
      " Ann",
      "Ann ",
      "a".repeat(33),
      "😀".repeat(33),
      "a\u0000",
      "a\nb",
      "\ud800",
      7,
      undefined,
    ];
    accepts(userName, good, bad);
  });

  it.each(["\u202e", "\u200b", "\u2066", "\u200f", "\ufeff", "\u00ad", "\u061c", "\u2028", "\u0007"])(
    "user name without what deceives: %j",
    (character) => accepts(userName, [], [`ad${character}min`]),
  );

  it("password", () => {
    const good = ["0123456789", "😀".repeat(10), " ".repeat(10), "a".repeat(256)];
    accepts(password, good, [
      "",
      "012345678",
      "😀".repeat(9),
      "a".repeat(257),
      "a\u0000bbbbbbbbb",
      "\udc00bbbbbbbbbb",
    ]);
  });

  it("message text", () => {
    const good = ["x", "😀".repeat(4000), " padded ", "line\nline", "\u202eرtl", "<b>&amp;</b>", "__proto__"];
    const bad = [
      "",
      " \n\t",
      "\u00a0",
      "x".repeat(4001),
      "😀".repeat(4001),
      "a\u0000",
      "\ud800<",
      "<\udfff",
      null,
      ["x"],
    ];
    accepts(messageText, good, bad);
    expect(messageText.parse(" e\u0301 ")).toBe(" e\u0301 ");
  });

  it("title, client id and offset", () => {
    accepts(roomTitle, ["General", "t".repeat(80)], ["", " ", "t".repeat(81), "\ud800"]);
    accepts(clientId, [uuid], ["", "1", `${uuid}0`, "not-a-uuid"]);
    accepts(offset, [0, 1, Number.MAX_SAFE_INTEGER], [-1, 1.5, 2 ** 53, NaN, Infinity, "1"]);
  });
});

describe("inputs", () => {
  it("room:join, room:leave and typing:set", () => {
    accepts(
      commands["room:join"],
      [{ room: "a" }, { room: "a", after: 0 }],
      [{}, { room: "a", extra: 1 }, null, []],
    );
    accepts(commands["room:leave"], [{ room: "a" }], [{ room: "A" }, "a"]);
    accepts(commands["typing:set"], [{ room: "a", on: true }], [{ room: "a", on: 1 }, { room: "a" }]);
  });

  it("message:send", () => {
    const message = { room: "a", clientId: uuid, text: "x" };
    const polluted = JSON.parse(
      `{"room":"a","clientId":"${uuid}","text":"x","__proto__":{"x":1}}`,
    ) as unknown;
    const bad = [
      { ...message, text: "" },
      { ...message, replyTo: "x" },
      { ...message, sender: "me" },
      1,
      polluted,
    ];
    accepts(commands["message:send"], [message, { ...message, replyTo: uuid }], bad);
  });

  it("events:read takes one of after and before, and a page's size", () => {
    const good = [{ room: "a" }, { room: "a", after: 3, limit: 200 }, { room: "a", before: 3, limit: 1 }];
    const bad = [
      { room: "a", after: 1, before: 2 },
      { room: "a", limit: 0 },
      { room: "a", limit: 201 },
      { room: "a", after: "1" },
    ];
    accepts(commands["events:read"], good, bad);
  });

  it("the query of events", () => {
    accepts(
      eventsQuery,
      [{}, { after: "3", limit: "200" }, { before: "9" }],
      [{ after: "x" }, { limit: "0" }, { after: "1", before: "2" }, { x: "1" }],
    );
  });

  it("credentials, rooms and announcements", () => {
    accepts(
      credentials,
      [{ name: "Ann", password: "0123456789" }],
      [{ name: "Ann" }, { name: "Ann", password: "0123456789", role: "admin" }],
    );
    accepts(
      roomInput,
      [{ id: "a", title: "A", visibility: "private" }],
      [
        { id: "a", title: "A", visibility: "secret" },
        { id: "a", title: "A" },
      ],
    );
    accepts(
      announcementInput,
      [{ text: "x", level: "info" }],
      [
        { text: "x", level: "loud" },
        { text: " ", level: "info" },
      ],
    );
  });
});
