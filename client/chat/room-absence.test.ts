import { describe, expect, it } from "vitest";
import type { MemberEvent } from "../../shared/room-events.js";
import { absenceText } from "./room-absence.js";

const ann = { id: "ann", name: "Ann", role: "member" as const };
const event = (offset: number, change: MemberEvent["change"], id: string): MemberEvent => ({
  kind: "member",
  offset,
  id: `e${offset}`,
  at: 0,
  sender: ann,
  change,
  user: { id, name: id },
});

describe("why a room is not there", () => {
  it("is told by what last happened to the user there", () => {
    const kicked = [event(1, "leave", "bob"), event(2, "join", "bob"), event(3, "kick", "bob")];
    expect(absenceText([...kicked, event(4, "leave", "cyd")], "bob")).toBe("Ann took you out of this room.");
    expect(absenceText([event(1, "leave", "bob")], "bob")).toBe("You left this room.");
  });

  it("is told in general where nothing is known", () => {
    const general = "There is no such room, or it is not open to you.";
    expect(absenceText([], "bob")).toBe(general);
    expect(absenceText([event(1, "join", "bob")], "bob")).toBe(general);
  });
});
