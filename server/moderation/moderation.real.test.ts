import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { User } from "../../shared/values.js";
import { createUser } from "../accounts/accounts.js";
import type { Database } from "../database/pool.js";
import { createTestWriter, gapsIn, makeRoom, readLog, type TestWriter } from "../test/room-log.js";
import { createTestDatabase, type TestDatabase } from "../test/services.js";
import { createModeration, type Moderation } from "./moderation.js";

let test: TestDatabase;
let database: Database;
let writer: TestWriter;
let moderation: Moderation;
const ended: string[] = [];
const changed: string[] = [];
beforeAll(async () => {
  test = await createTestDatabase("test_moderation");
  database = test.open();
  writer = createTestWriter(test.open());
  moderation = createModeration({
    database,
    committed() {},
    changed: (userId) => void changed.push(userId),
    ended: (userId, reason) => void ended.push(`${userId} ${reason}`),
  });
});
afterAll(() => test.close());

const admin: User = { id: randomUUID(), name: "Eve", role: "admin" };
/** A guest, who is known by his session. */
async function newUser(): Promise<User> {
  const user = { id: randomUUID(), name: "Ann", role: "guest" as const };
  await database.query("INSERT INTO sessions VALUES ($1, $2, now() + interval '1 day')", [
    randomUUID(),
    JSON.stringify({ user }),
  ]);
  return user;
}
const send = (room: string, sender: User) =>
  writer.append({ kind: "message", room, sender, clientId: randomUUID(), text: "x" });

describe("a ban", () => {
  it("ends the user's sockets and is told in every room where he wrote or is a member, and nowhere else", async () => {
    const ann = await newUser();
    const [wrote, member, neither] = [
      await makeRoom(database),
      await makeRoom(database),
      await makeRoom(database),
    ];
    await send(wrote, ann);
    await database.query("INSERT INTO room_members VALUES ($1, $2, 'member')", [member, ann.id]);
    await moderation.ban(admin, ann.id, "spam");
    await moderation.ban(admin, ann.id, "spam");
    const told = {
      kind: "member",
      change: "ban",
      user: { id: ann.id, name: "Ann" },
      reason: "spam",
      sender: admin,
    };
    expect(await readLog(database, wrote)).toMatchObject([{ kind: "message" }, told]);
    expect(await readLog(database, member)).toMatchObject([told]);
    expect(await readLog(database, neither)).toEqual([]);
    expect(ended).toContain(`${ann.id} spam`);
    await expect(send(wrote, ann)).rejects.toMatchObject({ code: "forbidden" });
    await moderation.unban(ann.id);
    expect((await send(wrote, ann)).offset).toBe(3);
  });

  it("lets no word of his come after it, whenever it happens (T39)", async () => {
    for (let round = 0; round < 15; round += 1) {
      const ann = await newUser();
      const rooms = [await makeRoom(database), await makeRoom(database)];
      for (const room of rooms) await send(room, ann);
      const sends = Array.from({ length: 50 }, (_, i) => send(rooms[i % 2] ?? "", ann).catch(() => null));
      await Promise.all([...sends, moderation.ban(admin, ann.id, undefined)]);
      for (const room of rooms) {
        const log = await readLog(database, room);
        const ban = log.findIndex((event) => event.kind === "member");
        expect(ban).toBeGreaterThan(0);
        expect(log.slice(ban).some((event) => event.sender.id === ann.id)).toBe(false);
        expect(await gapsIn(database, room)).toBeNull();
      }
    }
  });

  it("is not for an id that nobody has", async () => {
    await expect(moderation.ban(admin, randomUUID(), undefined)).rejects.toMatchObject({ code: "not_found" });
  });

  it("is not for oneself", async () => {
    for (const refused of [
      moderation.ban(admin, admin.id, undefined),
      moderation.kick(admin, admin.id, undefined),
    ])
      await expect(refused).rejects.toMatchObject({ code: "forbidden" });
  });
});

describe("a role", () => {
  it("is given and taken; of two last admins who take it from each other one stays", async () => {
    const [one, two] = await Promise.all(
      ["One", "Two"].map((name) => createUser(database, name, "correct horse", "member")),
    );
    if (!one || !two) throw new Error("no users");
    for (let round = 0; round < 15; round += 1) {
      for (const { id } of [one, two]) await moderation.setRole(id, "admin");
      const done = await Promise.allSettled([one, two].map(({ id }) => moderation.setRole(id, "member")));
      expect(done.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    }
    expect(changed.slice(0, 2)).toEqual([one.id, two.id]);
    await expect(moderation.setRole(randomUUID(), "admin")).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("a mute", () => {
  it("keeps the user from writing for its time, or until it is taken back; deleting is left to him", async () => {
    const [ann, room] = [await newUser(), await makeRoom(database)];
    const { id } = await send(room, ann);
    await moderation.mute(admin, ann.id, undefined);
    await expect(send(room, ann)).rejects.toMatchObject({ code: "forbidden" });
    await writer.append({ kind: "delete", room, sender: ann, clientId: randomUUID(), target: id });
    await moderation.unmute(ann.id);
    await send(room, ann);
    await moderation.mute(admin, ann.id, 3600);
    await expect(send(room, ann)).rejects.toMatchObject({ code: "forbidden" });
    await database.query("UPDATE mutes SET until = now() - interval '1 second'");
    await send(room, ann);
    expect(await gapsIn(database, room)).toBeNull();
  });
});
