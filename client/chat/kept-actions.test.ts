import { describe, expect, it } from "vitest";
import { readActions } from "./kept-actions.js";

const send = { name: "message:send", input: { room: "general", clientId: "c1", text: "hi" } };
const refusal = { code: "forbidden", message: "no", retryable: false };

describe("readActions", () => {
  it("reads back what is kept, with its refusal", () => {
    const kept = [
      { action: send, error: null },
      {
        action: {
          name: "reaction:set",
          input: { room: "general", clientId: "c2", target: "m", emoji: "👍", on: true },
        },
        error: refusal,
      },
    ];
    expect(readActions(JSON.parse(JSON.stringify(kept)))).toEqual(kept);
  });

  it("loses no message of the older form", () => {
    const old = { room: "general", clientId: "c1", text: "hi", error: null };
    expect(readActions([old, { ...old, error: refusal }])).toEqual([
      { action: send, error: null },
      { action: send, error: refusal },
    ]);
  });

  it("leaves out what is no action, and keeps the rest", () => {
    const strange = [null, 1, {}, { action: { name: "toString", input: send.input } }, { action: send }];
    expect(readActions(strange)).toEqual([{ action: send, error: null }]);
    expect(readActions({ action: send })).toEqual([]);
  });
});
