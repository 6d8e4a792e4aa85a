import { expect, it } from "vitest";
import { prettyLine } from "./log.js";

it("makes one line of a JSON entry", () => {
  const entry = { level: 40, time: 0, pid: 1, msg: "slow", room: "general", err: { message: "late by 3 s" } };
  expect(prettyLine("node-1", JSON.stringify(entry), false)).toMatch(
    /^\d\d:\d\d:\d\d node-1 {4}warn {2}slow room=general err="late by 3 s"$/,
  );
});

it("passes other lines on, without what could steer a terminal", () => {
  expect(prettyLine("redis", "Ready \u001b[2J{", false)).toMatch(/redis {5}Ready {2}\[2J\{$/);
  const entry = { level: 30, time: 0, msg: "a\n\u001b[2J" };
  expect(prettyLine("node-1", JSON.stringify(entry), false)).not.toMatch(/\p{Cc}/u);
});
