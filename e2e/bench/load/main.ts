// The load's process: one crowd at a time. It is told what to do by the process that started it.

import { setTimeout as pass } from "node:timers/promises";
import { bringCrowd, type Crowd } from "./crowd.js";
import type { Comeback, Order, OrderAnswer } from "./orders.js";
import { talk } from "./talk.js";

const comebackMs = 60_000;
let crowd: Crowd | null = null;

function present(): Crowd {
  if (crowd === null) throw new Error("nobody was brought");
  return crowd;
}

async function awaitComeback(cutAt: number): Promise<Comeback | null> {
  const { away, comeback, members } = present();
  const until = performance.now() + comebackMs;
  // The cut is noticed after the order may have come.
  await pass(100);
  while (away() > 0 && performance.now() < until) await pass(5);
  if (away() > 0) return null;
  const { at, count } = comeback();
  const missing = members.reduce((sum, member) => sum + member.missing(), 0);
  return { count, seconds: (performance.timeOrigin + at - cutAt) / 1000, missing };
}

async function obey(order: Order): Promise<unknown> {
  switch (order.name) {
    case "bring": {
      crowd?.close();
      const startedAt = performance.now();
      crowd = await bringCrowd(order.input);
      return { seconds: (performance.now() - startedAt) / 1000 };
    }
    case "talk":
      return talk(present(), order.input);
    case "comeback":
      return awaitComeback(order.input.cutAt);
    case "dismiss":
      crowd?.close();
      crowd = null;
      return null;
  }
}

process.on("message", (order: Order) => {
  const reply = (answer: OrderAnswer) => process.send?.(answer);
  obey(order).then(
    (answer) => reply({ id: order.id, answer }),
    (error: unknown) => reply({ id: order.id, error: String(error) }),
  );
});
process.on("disconnect", () => process.exit(0));
