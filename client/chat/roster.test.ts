import { describe, expect, it } from "vitest";
import { applyDiff } from "./roster.js";

const user = (id: string) => ({ id, name: id, role: "member" as const });
const counts = (members: number) => ({ guests: 0, members, admins: 0 });

describe("applyDiff", () => {
  it("adds, removes and sorts by name, each user once", () => {
    const state = { room: "general", counts: counts(2), users: [user("b"), user("d")] };
    const diff = {
      room: "general",
      counts: counts(3),
      joined: [user("c"), user("a"), user("d")],
      left: [user("b")],
    };
    const after = applyDiff(state, diff);
    expect(after.users.map((one) => one.id)).toEqual(["a", "c", "d"]);
    expect(after.counts.members).toBe(3);
  });

  it("starts from nothing", () => {
    expect(applyDiff(null, { counts: counts(1), joined: [user("a")], left: [] }).users).toHaveLength(1);
  });
});
