import { describe, expect, it } from "vitest";
import type { Room, RoomRole } from "../../shared/http.js";
import type { User, UserRole } from "../../shared/values.js";
import { canLeave, rightsOver, runsMembers } from "./person-rights.js";

const user = (id: string, role: UserRole = "member"): User => ({ id, name: id, role });
const room = (role: RoomRole | null, visibility: Room["visibility"] = "private"): Room => ({
  id: "den",
  title: "Den",
  topic: "",
  visibility,
  head: 0,
  role,
  read: 0,
});
const ann = user("ann");
const bob = user("bob");
const root = user("root", "admin");

describe("rights over a person", () => {
  it("in a private room belong to its owner, moderators and admins; only moderators are not made by moderators", () => {
    expect(rightsOver(bob, ann, room("owner"))).toEqual({ takeOut: true, appoint: true, moderate: false });
    expect(rightsOver(bob, ann, room("moderator"))).toMatchObject({ takeOut: true, appoint: false });
    expect(rightsOver(bob, ann, room("member"))).toMatchObject({ takeOut: false, appoint: false });
    expect(rightsOver(bob, root, room(null))).toEqual({ takeOut: true, appoint: true, moderate: true });
  });

  it("are none over oneself, and admins are not taken out", () => {
    expect(rightsOver(root, root, room(null))).toEqual({ takeOut: false, appoint: false, moderate: false });
    expect(rightsOver(root, ann, room("owner"))).toMatchObject({ takeOut: false, appoint: false });
  });

  it("in a public room are an admin's alone", () => {
    expect(rightsOver(bob, ann, room("owner", "public"))).toMatchObject({ takeOut: false, appoint: false });
    expect(rightsOver(bob, root, room(null, "public"))).toMatchObject({ takeOut: false, moderate: true });
    expect(runsMembers(root, undefined)).toBe(false);
  });
});

describe("leaving", () => {
  it("is for members, not for the owner or for who is none", () => {
    expect([room("member"), room("moderator"), room("owner"), room(null)].map(canLeave)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
