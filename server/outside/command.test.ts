import { expect, it } from "vitest";
import { ConfigError } from "../config/env.js";
import { readPost } from "./command.js";

it("reads room, text and source", () => {
  expect(readPost(["--room", "general", "--text", "Hello"])).toEqual({
    room: "general",
    text: "Hello",
    source: "parley",
  });
  expect(readPost(["--source=cron", "--text=-- hi --", "--room", "general"])).toMatchObject({
    source: "cron",
  });
});

it.each([
  [[], "room"],
  [["--room", "general"], "text"],
  [["--room", "General!", "--text", "x"], "room"],
  [["--room", "general", "--text", "  "], "text"],
  [["--room", "general", "--text", "x", "--source", "a\u202Eb"], "source"],
  [["--room", "general", "--text", "x", "--level", "info"], "--level"],
  [["--room", "general", "--text", "x", "more"], "more"],
])("takes %j for wrong use and names what is wrong", (args, named) => {
  expect(() => readPost(args)).toThrow(ConfigError);
  expect(() => readPost(args)).toThrow(named);
});
