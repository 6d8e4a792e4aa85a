import { describe, expect, it } from "vitest";
import type { User } from "../../shared/values.js";
import { emptyView, type RoomView } from "../store.js";
import { isUserId, matching, peopleSeen } from "./people-seen.js";

const user = (id: string, name = id): User => ({ id, name, role: "member" });
const view = (...users: User[]): RoomView => ({
  ...emptyView,
  presence: { counts: { guests: 0, members: users.length, admins: 0 }, users },
});
const ann = user("ann", "Ann");
const bob = user("bob", "Bob");
const cyd = user("cyd", "Cyd");

describe("people seen", () => {
  it("are those of the other rooms, once and by name, without oneself and who is here already", () => {
    const views = { den: view(ann, bob), general: view(cyd, ann, bob), random: view(cyd), empty: emptyView };
    expect(peopleSeen(views, "den", ann)).toEqual([cyd]);
    expect(peopleSeen(views, "random", ann)).toEqual([bob]);
    expect(peopleSeen({}, "den", ann)).toEqual([]);
  });

  it("are found by a part of the name or by the whole id", () => {
    expect(matching([ann, bob, cyd], " B")).toEqual([bob]);
    expect(matching([ann, bob, cyd], "cyd")).toEqual([cyd]);
    expect(matching([ann, bob], "")).toEqual([ann, bob]);
  });
});

describe("a user's id", () => {
  it("is a UUID", () => {
    expect(isUserId(" 0b0c3a52-6c1e-4a3f-9f7e-8d0f3f0f7a11 ")).toBe(true);
    expect(isUserId("Bob")).toBe(false);
  });
});
