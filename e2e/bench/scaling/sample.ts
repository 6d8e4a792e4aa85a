import type { Figures, Row } from "../figures.js";
import type { Costs } from "./costs.js";

const none = { node: 0, redis: 0, database: 0 };

/** Prices for tests: nothing costs anything but what is given. */
export const pricesOf = (given: Partial<Costs>): Costs => ({
  message: none,
  delivery: 0,
  loneDelivery: 0,
  furtherNode: 0,
  connect: none,
  idle: none,
  connection: none,
  heard: 0,
  record: none,
  head: none,
  roomBeat: none,
  memberBeat: none,
  publish: 0,
  redisDelivery: 0,
  heapKiB: 0,
  ...given,
});

/** Rows of all that the model needs, for tests; CPU s/M of the two loads as given. */
export function measuredRows({ many, hot }: { many: number; hot: number }): Row[] {
  const row = (scenario: string, work: string, figures: Figures, subject = "parley"): Row => ({
    scenario,
    work,
    subject,
    figures,
  });
  const micros = (value: number) => ({ "node µs": value, "redis µs": value, "database µs": value });
  const fanOut = (cpu: number) => ({ "server CPU s/M": cpu, "redis CPU s/M": 1, "postgres CPU s/M": 3 });
  const nodes = (sum: number) => ({ "nodes + redis µs": sum, "each other node over idle µs": 0 });
  return [
    row("fan-out", "many 2500/s", fanOut(many)),
    row("fan-out", "hot 160/s", fanOut(hot)),
    row("fan-out", "hot 40/s", fanOut(2 * hot)),
    row("nodes", "members on one node", nodes(400)),
    row("nodes", "members spread", nodes(700)),
    row("nodes", "members on one node", nodes(500), "plain"),
    row("nodes", "members spread", nodes(900), "plain"),
    row("storm", "3000 connect and join", {
      "node µs/connect": 600,
      "redis µs/connect": 100,
      "database µs/connect": 300,
    }),
    row("idle", "5000 idle sockets", { "heap KiB/connection": 17 }),
    row("overhead", "a second of an idle node", micros(10_000)),
    row("overhead", "an idle connection, each second", micros(10)),
    row("overhead", "an instance in the registry, each second", micros(30)),
    row("overhead", "a message on a base channel", micros(40)),
    row("overhead", "redis alone", { "redis µs/publish": 12, "redis µs/delivery": 3 }),
    row("overhead", "a room, each look at heads", micros(5)),
    row("overhead", "a member alone in a room, each heartbeat", micros(100)),
    row("overhead", "a member of a room of 1000, each heartbeat", micros(10)),
  ];
}
