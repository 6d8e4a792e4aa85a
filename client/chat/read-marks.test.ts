import { describe, expect, it } from "vitest";
import { createReadMarks } from "./read-marks.js";

function setUp() {
  const told: string[] = [];
  const timers: (() => void)[] = [];
  const server = { reachable: true };
  const marks = createReadMarks({
    async tell(room, offset) {
      if (!server.reachable) throw new Error("not connected");
      told.push(`${room} ${offset}`);
    },
    wait: (_ms, callback) => void timers.push(callback),
  });
  async function pass(): Promise<void> {
    for (const timer of timers.splice(0)) timer();
    for (let i = 0; i < 5; i += 1) await Promise.resolve();
  }
  return { marks, told, server, pass };
}

describe("read marks", () => {
  it("tell the last of many after a pause, each room for itself", async () => {
    const { marks, told, pass } = setUp();
    marks.mark("general", 1);
    marks.mark("general", 2);
    marks.mark("random", 7);
    expect(told).toEqual([]);
    await pass();
    expect(told).toEqual(["general 2", "random 7"]);
  });

  it("only grow, and only what moved is told", async () => {
    const { marks, told, pass } = setUp();
    marks.learn("general", 5);
    marks.mark("general", 4);
    marks.mark("general", 5);
    await pass();
    marks.mark("general", 6);
    marks.mark("general", 3);
    await pass();
    marks.mark("general", 6);
    await pass();
    expect(told).toEqual(["general 6"]);
  });

  it("are told on the next connection when nobody heard them", async () => {
    const { marks, told, server, pass } = setUp();
    server.reachable = false;
    marks.mark("general", 3);
    await pass();
    server.reachable = true;
    marks.flush();
    await pass();
    marks.flush();
    expect(told).toEqual(["general 3"]);
  });
});
