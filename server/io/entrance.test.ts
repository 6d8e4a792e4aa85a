import { stat } from "node:fs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createEntrance } from "./entrance.js";

describe("the entrance", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "performance"] }));
  afterEach(() => void vi.useRealTimers());

  /** An entrance with the window that the test says, and who passed when. */
  function watched() {
    const state = { windowMs: 0 };
    const passed: string[] = [];
    const began = performance.now();
    const entrance = createEntrance(() => state.windowMs);
    const come = (who: string) =>
      void entrance().then(() => passed.push(`${who} ${Math.round(performance.now() - began)}`));
    return { state, passed, come };
  }
  async function pass(ms: number) {
    vi.advanceTimersByTime(ms);
    for (let turn = 0; turn < 2; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }

  it("stands open while there is nothing to gather", async () => {
    const { passed, come } = watched();
    come("Ann");
    await Promise.resolve();
    come("Bob");
    await Promise.resolve();
    expect(passed).toEqual(["Ann 0", "Bob 0"]);
  });

  it("lets all of one window pass together, in their order, and begins the next with who comes next", async () => {
    const { state, passed, come } = watched();
    state.windowMs = 20;
    come("Ann");
    await pass(19);
    come("Bob");
    await pass(0);
    expect(passed).toEqual([]);
    await pass(1);
    expect(passed).toEqual(["Ann 20", "Bob 20"]);
    await pass(10);
    come("Cid");
    await pass(19);
    expect(passed).toHaveLength(2);
    await pass(1);
    expect(passed.at(-1)).toBe("Cid 50");
  });

  it("lets nobody overtake, nor wait for another window, when the load ends", async () => {
    const { state, passed, come } = watched();
    state.windowMs = 20;
    come("Ann");
    await pass(5);
    state.windowMs = 0;
    come("Bob");
    await pass(15);
    expect(passed).toEqual(["Ann 20", "Bob 20"]);
    come("Cid");
    await pass(0);
    expect(passed.at(-1)).toBe("Cid 20");
  });

  it("takes along what arrived while the loop was busy", async () => {
    vi.useRealTimers();
    const { state, passed, come } = watched();
    state.windowMs = 1;
    come("Ann");
    // Read in the poll phase, which comes after the timer that is due by then.
    stat(import.meta.filename, () => {
      state.windowMs = 60_000;
      come("Bob");
    });
    const until = performance.now() + 50;
    while (performance.now() < until);
    await vi.waitFor(() => expect(passed).toHaveLength(2));
  });
});
