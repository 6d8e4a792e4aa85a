// What sealing and opening costs for a message, as JSON in µs; `npm run bench` runs it as a program of its own.

import { randomBytes, randomUUID } from "node:crypto";
import { createSeal } from "./seal.js";

const payloadBytes = 450;
const times = 20_000;
const rounds = 7;

/** CPU time of the best round: the first ones are the compiler's, and others may share the core. */
function microsOf(work: () => void): number {
  const micros = Array.from({ length: rounds }, () => {
    const before = process.cpuUsage();
    for (let i = 0; i < times; i += 1) work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / times;
  });
  return Math.min(...micros);
}

const { seal, open } = createSeal(randomUUID(), [randomBytes(32).toString("hex")], () => Date.now());
const payload = randomBytes(payloadBytes);
const channel = "chat#/#room:general#";
const sealed = seal(channel, payload);
console.log(
  JSON.stringify({
    "seal µs": microsOf(() => seal(channel, payload)),
    "open µs": microsOf(() => open(channel, sealed)),
  }),
);
