// A run: people talk, the cluster is hurt as its seed says, everything heals, and the record of what was done, heard
// and shown is checked.

import { setTimeout as pass } from "node:timers/promises";
import { eventually } from "../support/eventually.js";
import { check } from "./check.js";
import { faultNames, faults, type Part } from "./faults.js";
import { watchMemory, type MemoryCourse } from "./memory.js";
import { behindNginx, measure, type Measures } from "./measures.js";
import { bringPeople, type People } from "./people.js";
import { createRandom, type Random } from "./random.js";
import type { FaultRecord, RunRecord } from "./record.js";
import { createRecorder } from "./recorder.js";
import { comeToRest, unrest } from "./rest.js";
import { scheduleFaults, type Blow } from "./schedule.js";
import type { Talker } from "./talker.js";
import { startTraffic } from "./traffic.js";
import type { Violation } from "./violation.js";
import { allWell, type World } from "./world.js";

/** What makes a run; the same again is the same run, as far as the machine's timing allows. */
export interface RunOptions {
  seed: number;
  /** No fault begins after this time. */
  seconds: number;
  /** No more faults than this. */
  blows: number;
  people: number;
  rooms: number;
  perSecond: number;
  /** Chance that two faults come at once. */
  together: number;
  /** Nothing else is hurt; all parts without it. */
  only?: Part | undefined;
}

/** What a run found. */
export interface RunResult {
  options: RunOptions;
  record: RunRecord;
  measures: Measures;
  /** Of the people behind nginx alone. */
  behindNginx: Measures;
  violations: Violation[];
  /** From the end of the talking until everybody showed everything. */
  quietMs: number;
  /** Of the nodes that lived through all of it. */
  memory: MemoryCourse[];
  notes: string[];
}

type Tell = (line: string) => void;

/** Keeps the chance of the faults apart from that of the people, which depends on timing. */
const faultSalt = 0x5bd1e995;

async function strike(world: World, people: People, blow: Blow, random: Random): Promise<FaultRecord[]> {
  const records = await Promise.all(
    blow.map(async (name) => {
      const startedAt = performance.now();
      await faults[name].run(world, random);
      return { name, together: blow.length > 1, startedAt, healedAt: performance.now() };
    }),
  );
  await allWell(world);
  const isConnected = ({ person }: Talker) => person().socket.connected;
  await eventually("everybody is connected", () => people.talkers.every(isConnected), 30_000);
  const readyAt = performance.now();
  return records.map((record) => ({ ...record, readyAt }));
}

/** What a run does to its world while people talk. */
export type Hurt = (
  world: World,
  people: People,
  options: RunOptions,
  record: RunRecord,
  tell: Tell,
) => Promise<void>;

/** Hurts the cluster as the seed says, until the time or the number of blows is reached. */
const strikeOn: Hurt = async (world, people, options, record, tell) => {
  const random = createRandom(options.seed ^ faultSalt);
  const names = faultNames.filter((name) => (options.only ?? faults[name].part) === faults[name].part);
  const blows = scheduleFaults(random, options.together, names);
  const startedAt = performance.now();
  const passedMs = () => performance.now() - startedAt;
  await pass(1000);
  world.crashed();
  for (let i = 0; i < options.blows && passedMs() < options.seconds * 1000; i += 1) {
    const blow = blows.next().value;
    const begun = passedMs();
    record.faults.push(...(await strike(world, people, blow, random)));
    record.crashed.push(...world.crashed().map((process) => `${process}, during ${blow.join(" and ")}`));
    const took = Math.round(passedMs() - begun);
    tell(`${Math.round(passedMs() / 1000)} s: ${blow.join(" and ")}, all well after ${took} ms`);
    await pass(1000 * random.between(0.3, 1.5));
  }
};

const isIn = ({ rooms, person }: Talker) => rooms.every((room) => person().position(room) !== null);
const waitingOf = ({ name, outbox }: Talker) =>
  outbox()
    .entries()
    .map(({ action }) => ({ client: name, clientId: action.input.clientId }));

/** Does one run in a fresh world; it is hurt by the faults of the seed, or in one way of the caller's. */
export async function run(
  world: World,
  options: RunOptions,
  tell: Tell,
  hurt: Hurt = strikeOn,
): Promise<RunResult> {
  const random = createRandom(options.seed);
  const recorder = createRecorder();
  const { record } = recorder;
  const clockOffset = Date.now() - performance.now();
  const people = await bringPeople(world, options.people, options.rooms, random, recorder);
  try {
    await eventually("everybody is in", () => people.talkers.every(isIn), 30_000);
    const traffic = startTraffic(people.talkers, options.perSecond, random);
    const memoryCourse = watchMemory(world);
    await hurt(world, people, options, record, tell).finally(traffic.stop);
    const memory = memoryCourse();
    const stoppedAt = performance.now();
    record.logs = await comeToRest(people);
    const quietMs = Math.round(performance.now() - stoppedAt);
    record.waiting = people.talkers.flatMap(waitingOf);
    const notes = unrest(people, record.logs);
    const drift = Math.round(Date.now() - performance.now() - clockOffset);
    if (Math.abs(drift) > 20) notes.push(`the clock was moved by ${drift} ms: times from commits are off`);
    return {
      options,
      record,
      measures: measure(record, clockOffset),
      behindNginx: measure(behindNginx(record), clockOffset),
      violations: check(record),
      quietMs,
      memory,
      notes,
    };
  } finally {
    people.close();
  }
}
