import { describe, expect, it } from "vitest";
import type { ErrorBody } from "../../shared/errors.js";
import type { Action } from "../../shared/outbox.js";
import { refusalText } from "./refusal-text.js";

const clientId = "4e9f1c0a-2a7b-4c8e-9d63-3f0e5a1b7c22";
const send: Action = { name: "message:send", input: { room: "general", clientId, text: "x" } };
const remove: Action = { name: "message:delete", input: { room: "general", clientId, target: clientId } };
const text = (action: Action, code: ErrorBody["code"], message: string) =>
  refusalText({ action, error: { code, message, retryable: false } });

describe("a refusal", () => {
  it("says what was not done, and why in words for people", () => {
    expect(text(send, "forbidden", "you are muted")).toMatch(/^Not sent\. An admin has muted you/);
    expect(text(send, "forbidden", "you are banned")).toBe("Not sent. You are banned from this chat.");
    expect(text(remove, "not_found", "target: no such message")).toBe("Not deleted. This message is gone.");
  });

  it("has the server's own words where there are no better ones", () => {
    expect(text(send, "invalid", "text must not be blank")).toBe("Not sent. Text must not be blank.");
  });
});
