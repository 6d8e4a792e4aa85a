// One run of the whole delivery protocol (trust.md §4): a schedule of what users do and of faults, then calm, and the
// invariants all the way. P8 and P9 are Postgres's part, and tested with it.
import { vi } from "vitest";
import { createClock, type Clock } from "./clock.js";
import { createCluster } from "./cluster.js";
import { createDatabase, createRoomLog } from "./database.js";
import type { PlantedFault } from "./faults.js";
import { assertLog, createWatch, findDifference, Violation, type World } from "./invariants.js";
import { pollMs } from "./node.js";
import { openPage, type Person } from "./page.js";
import { people, rooms, type Deed, type Schedule } from "./schedule.js";

// The longest that a page may wait by itself: an ack's time-out and then its outbox's or its feed's longest pause.
const calmMs = 30_000;
const lateMs = 1500;
const slackMs = 300;

/** Runs a schedule; throws a Violation when an invariant does not hold. */
export async function runSchedule(schedule: Schedule, planted: PlantedFault | null): Promise<void> {
  const clock = createClock(schedule.seed);
  for (const [name, value] of Object.entries(clock.globals)) vi.stubGlobal(name, value);
  try {
    await run(clock, schedule, planted);
  } finally {
    vi.unstubAllGlobals();
  }
}

async function run(clock: Clock, { nodes, deeds }: Schedule, planted: PlantedFault | null): Promise<void> {
  let calm = false;
  // Mostly quick, now and then later than anything that follows.
  const latency = () => (calm || clock.random() < 0.9 ? 1 + 4 * clock.random() : lateMs * clock.random());
  const database = createDatabase(clock, latency);
  const logs = new Map(rooms.map((name) => [name, createRoomLog(name, planted)]));
  const cluster = createCluster(nodes, clock, latency, database, logs, planted);
  const said = new Map(rooms.map((name) => [name, [] as string[]]));
  let messages = 0;
  let faultsEnd = 0;

  const persons = Array.from({ length: people }, (_, i): Person => ({
    user: { id: `u${i}`, name: `U${i}`, role: "member" },
    slot: i % nodes,
    slots: nodes,
    kept: [],
    problem: null,
    acked(name, text, offset) {
      const found = logs
        .get(name)
        ?.epochs()
        .some((rows) => rows[offset - 1]?.text === text);
      if (!found) this.problem = `acked and not in the log: ${text} at ${offset}`;
    },
  }));
  const open = (person: Person) => openPage(person, rooms, clock, cluster, planted);
  const world: World = { logs, persons, pages: persons.map(open) };
  const watch = createWatch(world);

  function say({ person, room, count }: { person: number; room: string; count: number }): void {
    for (let i = 0; i < count; i += 1) {
      messages += 1;
      const text = `u${person} ${messages}`;
      if (world.pages[person]?.say(room, text)) said.get(room)?.push(text);
    }
  }

  function reload(owner: Person | undefined, page: number): void {
    world.pages[page]?.close();
    if (owner) world.pages[page] = open(owner);
  }

  function act(deed: Deed): void {
    if ("ms" in deed) faultsEnd = Math.max(faultsEnd, clock.now() + deed.ms);
    switch (deed.do) {
      case "say":
        return say(deed);
      case "post":
        for (let i = 0; i < deed.count; i += 1)
          cluster.post(deed.slot, deed.room, `post ${(messages += 1)}`, deed.published);
        return;
      case "lose connection":
        return world.pages[deed.person]?.lose(deed.ms);
      case "reload":
        return reload(persons[deed.person], deed.person);
      case "freeze page":
        return world.pages[deed.person]?.freeze(deed.ms);
      case "read older":
        return world.pages[deed.person]?.older(deed.room);
      case "kill node":
        return cluster.kill(deed.slot, deed.ms);
      case "freeze node":
        return cluster.freeze(deed.slot, deed.ms, deed.deaf);
      case "disturb bus":
        return cluster.disturb(deed.share, deed.ms);
      case "cut bus":
        return cluster.cutOff(deed.slot, deed.ms);
      case "break database":
        return database.breakDown(deed.ms);
      case "stall database":
        return database.stall(deed.ms);
      case "lose replies":
        return database.loseReplies(deed.count);
      case "trim":
        return logs.get(deed.room)?.trim(deed.count);
      case "restore":
        return logs.get(deed.room)?.restore(deed.count);
    }
  }

  for (const [pause, deed] of deeds) {
    await clock.run(pause, watch);
    act(deed);
  }
  await clock.run(Math.max(0, faultsEnd - clock.now()), watch);
  calm = true;
  database.loseReplies(0);
  // Both ways of a statement that is late still.
  await clock.run(2 * lateMs, watch);
  const calmEnd = clock.now() + calmMs;
  while (findDifference(world) !== null && clock.now() < calmEnd) await clock.run(pollMs / 2, watch);
  let difference = findDifference(world);
  if (difference !== null) throw new Violation(`after ${calmMs} ms of calm: ${difference}`);

  // P10: what the bus loses without telling is there two polls later.
  for (const name of rooms) cluster.post(0, name, `last of ${name}`, false);
  await clock.run(2 * pollMs + slackMs, watch);
  difference = findDifference(world);
  if (difference !== null) throw new Violation(`two polls later: ${difference}`);
  for (const [name, log] of logs) assertLog(log, said.get(name) ?? [], persons);
}
