import { describe, expect, it } from "vitest";
import type { FoldedMessage } from "../../shared/room-state.js";
import { cancelled, editing, emptyDraft, replying, sent } from "./drafts.js";

const sender = { id: "ann", name: "Ann", role: "member" as const };
const message = (id: string, text: string): FoldedMessage => ({
  kind: "message",
  event: { kind: "message", id, clientId: id, offset: 1, at: 0, sender, text: "first" },
  text,
  editedAt: null,
  deleted: false,
  deletedBy: null,
  reactions: [],
});

describe("a draft", () => {
  const written = { ...emptyDraft, text: "half a th" };

  it("answers a message and keeps its text", () => {
    const draft = replying(written, message("m1", "hello"));
    expect(draft).toEqual({ text: "half a th", reply: { id: "m1", sender, text: "hello" }, edit: null });
    expect(cancelled(draft)).toEqual(written);
    expect(sent(draft)).toEqual(emptyDraft);
  });

  it("is put aside by an edit and comes back after it, with its reply", () => {
    const reply = replying(written, message("m1", "hello"));
    const draft = editing(reply, message("m2", "typo"));
    expect(draft.text).toBe("typo");
    expect(cancelled({ ...draft, text: "changed" })).toEqual(reply);
    expect(sent({ ...draft, text: "changed" })).toEqual(reply);
  });

  it("comes back after another message's edit too, and a reply gives up an edit", () => {
    const draft = editing(editing(written, message("m2", "typo")), message("m3", "other"));
    expect(cancelled(draft)).toEqual(written);
    expect(replying(draft, message("m1", "hello"))).toMatchObject({ text: "half a th", edit: null });
  });
});
