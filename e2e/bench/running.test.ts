import { expect, it } from "vitest";
import { isStopped, stopAll, untilStopped } from "./running.js";

it("ends what still runs, last things first, each once, and one that fails does not spare the others", async () => {
  const ended: string[] = [];
  const start = (name: string, fails = false) =>
    untilStopped(async () => {
      ended.push(name);
      if (fails) throw new Error(name);
    });
  start("database");
  const stopNode = start("node");
  start("nginx", true);
  await stopNode();
  await stopNode();
  expect(isStopped()).toBe(false);
  await stopAll();
  expect(isStopped()).toBe(true);
  await stopAll();
  expect(ended).toEqual(["node", "nginx", "database"]);
});
