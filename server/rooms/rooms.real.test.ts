import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RoomEvents } from "../../shared/room-events.js";
import type { User } from "../../shared/values.js";
import { createUser } from "../accounts/accounts.js";
import type { Database } from "../database/pool.js";
import { createTestWriter, gapsIn, readLog, type TestWriter } from "../test/room-log.js";
import { createTestDatabase, type TestDatabase } from "../test/services.js";
import { createAccess, type Access } from "./access.js";
import { createRooms, type Rooms } from "./rooms.js";

let test: TestDatabase;
let database: Database;
let access: Access;
let rooms: Rooms;
let writer: TestWriter;
let owner: User;
let ann: User;
let bob: User;
const told: RoomEvents[] = [];
beforeAll(async () => {
  test = await createTestDatabase("test_rooms");
  database = test.open();
  access = createAccess(database);
  writer = createTestWriter(test.open());
  rooms = createRooms({
    database,
    access,
    committed: (batch) => void told.push(batch),
  });
  [owner, ann, bob] = (await Promise.all(
    ["Owner", "Ann", "Bob"].map((name) => createUser(database, name, "correct horse", "member")),
  )) as [User, User, User];
});
afterAll(() => test.close());

const admin: User = { id: randomUUID(), name: "Eve", role: "admin" };
const newRoom = async (visibility: "public" | "private" = "private") =>
  (
    await rooms.create(
      // More than others may own.
      { ...owner, role: "admin" },
      { id: `r-${randomUUID()}`, title: "Room", visibility },
    )
  ).id;
const send = (room: string, sender: User, text = "x") =>
  writer.append({ kind: "message", room, sender, clientId: randomUUID(), text });
const names = async (room: string) =>
  (await readLog(database, room)).map((event) =>
    event.kind === "member"
      ? `${event.change} ${event.user.name}`
      : event.kind === "room"
        ? `${event.change} ${event.value}`
        : event.kind,
  );

describe("rooms", () => {
  it("are owned by one user up to a number, however many he makes at one moment", async () => {
    const ruth = await createUser(database, "Ruth", "correct horse", "member");
    const made = await Promise.allSettled(
      Array.from({ length: 25 }, (_, i) =>
        rooms.create(ruth, { id: `ruth-${i}`, title: "Room", visibility: "public" }),
      ),
    );
    const refused = made.flatMap((one) => (one.status === "rejected" ? [String(one.reason)] : []));
    expect(refused).toHaveLength(5);
    for (const reason of refused) expect(reason).toContain("more than 20 rooms");
    const adminsRoom = { id: "of-an-admin", title: "Room", visibility: "public" } as const;
    expect((await rooms.create({ ...ruth, role: "admin" }, adminsRoom)).id).toBe(adminsRoom.id);
  });

  it("tell in their log that they were made, renamed, and who came and went", async () => {
    const room = await newRoom();
    await rooms.change(owner, room, { title: "New title", topic: "A topic" });
    await rooms.change(owner, room, { title: "New title" });
    await rooms.putMember(owner, room, ann.id, "member");
    await rooms.putMember(owner, room, ann.id, "moderator");
    await rooms.putMember(owner, room, bob.id, "member");
    await rooms.removeMember(ann, room, bob.id);
    await rooms.removeMember(ann, room, ann.id);
    await rooms.removeMember(ann, room, ann.id).catch(() => {});
    expect(await names(room)).toEqual([
      "created Room",
      "title New title",
      "topic A topic",
      "join Ann",
      "join Bob",
      "kick Bob",
      "leave Ann",
    ]);
    expect(await gapsIn(database, room)).toBeNull();
    const batches = told.filter((batch) => batch.room === room);
    expect(batches.flatMap(({ events }) => events).map(({ offset }) => offset)).toEqual([2, 3, 4, 5, 6, 7]);
    expect(await rooms.list(owner)).toContainEqual({
      id: room,
      title: "New title",
      topic: "A topic",
      visibility: "private",
      head: 7,
      role: "owner",
      read: 0,
    });
  });

  it("are made once, whoever of many asks at once", async () => {
    const id = `r-${randomUUID()}`;
    const asked = Array.from({ length: 6 }, () =>
      rooms.create(ann, { id, title: "T", visibility: "public" }),
    );
    const done = await Promise.allSettled(asked);
    expect(done.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await names(id)).toEqual(["created T"]);
  });

  it("are changed by their owner, their moderators and admins; others do not even find a private one", async () => {
    const room = await newRoom();
    await expect(rooms.change(bob, room, { title: "x" })).rejects.toMatchObject({ code: "not_found" });
    await rooms.putMember(owner, room, bob.id, "member");
    await expect(rooms.change(bob, room, { title: "x" })).rejects.toMatchObject({ code: "forbidden" });
    await expect(rooms.putMember(bob, room, ann.id, "member")).rejects.toMatchObject({ code: "forbidden" });
    await rooms.putMember(owner, room, bob.id, "moderator");
    await rooms.change(bob, room, { title: "Bob's title" });
    await rooms.putMember(bob, room, ann.id, "member");
    await expect(rooms.putMember(bob, room, ann.id, "moderator")).rejects.toMatchObject({
      code: "forbidden",
    });
    await rooms.putMember(admin, room, ann.id, "moderator");
    await expect(rooms.removeMember(bob, room, ann.id)).rejects.toMatchObject({ code: "forbidden" });
    await rooms.removeMember(admin, room, ann.id);
    await expect(rooms.removeMember(admin, room, owner.id)).rejects.toMatchObject({ code: "forbidden" });
    expect((await access(owner, room)).role).toBe("owner");
  });

  it("take no word of a member after he was taken out, whenever it happens (T39)", async () => {
    for (let round = 0; round < 15; round += 1) {
      const room = await newRoom();
      await rooms.putMember(owner, room, ann.id, "member");
      const sends = Array.from({ length: 30 }, () => send(room, ann).catch(() => null));
      await Promise.all([...sends, rooms.removeMember(owner, room, ann.id)]);
      const log = await readLog(database, room);
      const kick = log.findIndex((event) => event.kind === "member" && event.change === "kick");
      expect(kick).toBeGreaterThan(0);
      expect(log.slice(kick).some((event) => event.sender.id === ann.id)).toBe(false);
      expect(await gapsIn(database, room)).toBeNull();
    }
  });

  it("let a member in once, however many ask at once", async () => {
    const room = await newRoom();
    await Promise.all(Array.from({ length: 6 }, () => rooms.putMember(owner, room, ann.id, "member")));
    expect(await names(room)).toEqual(["created Room", "join Ann"]);
  });

  it("remember how far a user has read, never back and never beyond the head", async () => {
    const room = await newRoom("public");
    await send(room, bob);
    await rooms.read(ann, room, 2);
    await rooms.read(ann, room, 1);
    const readBy = async (user: User) => (await rooms.list(user)).find(({ id }) => id === room)?.read;
    expect([await readBy(ann), await readBy(bob)]).toEqual([2, 0]);
    await rooms.read(bob, room, 99);
    expect(await readBy(bob)).toBe(2);
  });
});

describe("access", () => {
  it("is answered for many users and rooms at once, each for himself", async () => {
    const [open, closed] = [await newRoom("public"), await newRoom()];
    await rooms.putMember(owner, closed, ann.id, "member");
    const asked = [ann, bob, admin, owner].flatMap((user) => [
      access(user, open),
      access(user, closed),
      access(user, "nowhere"),
    ]);
    const done = await Promise.allSettled(asked);
    const answers = done.map((one) =>
      one.status === "fulfilled" ? `${one.value.head.head} ${one.value.role}` : "-",
    );
    expect(answers.join()).toBe("1 null,2 member,-,1 null,-,-,1 null,2 null,-,1 owner,2 owner,-");
  });
});
