import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createTick } from "./tick.js";

describe("a tick", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** A tick whose runs cost what the test says, and the times of its runs. */
  function watched(maxMs: number) {
    const runs: number[] = [];
    const state = { costMs: 0 };
    const began = performance.now();
    const tick = createTick(() => {
      runs.push(Math.round(performance.now() - began));
      vi.advanceTimersByTime(state.costMs);
    }, maxMs);
    return { tick, runs, state };
  }

  it("runs when the turn of the loop is through while nothing has happened", () => {
    const { tick, runs } = watched(20);
    tick.due();
    tick.due();
    expect(runs).toEqual([]);
    vi.advanceTimersByTime(0);
    expect(runs).toEqual([0]);
    vi.advanceTimersByTime(50);
    tick.due();
    vi.advanceTimersByTime(0);
    expect(runs).toEqual([0, 50]);
  });

  it("gathers ten times as long as its last run took", () => {
    const { tick, runs, state } = watched(1000);
    state.costMs = 3;
    tick.due();
    vi.advanceTimersByTime(0);
    tick.due();
    vi.advanceTimersByTime(26);
    expect(runs).toEqual([0]);
    vi.advanceTimersByTime(1);
    expect(runs).toEqual([0, 30]);
  });

  it("gathers no longer than it may, and not at all where it may not", () => {
    const patient = watched(20);
    patient.state.costMs = 15;
    patient.tick.due();
    vi.advanceTimersByTime(0);
    patient.tick.due();
    vi.advanceTimersByTime(5);
    expect(patient.runs).toEqual([0, 20]);

    const hasty = watched(0);
    hasty.state.costMs = 15;
    hasty.tick.due();
    vi.advanceTimersByTime(0);
    hasty.tick.due();
    vi.advanceTimersByTime(0);
    expect(hasty.runs).toHaveLength(2);
  });

  it("does what is due when it is told to, once", () => {
    const { tick, runs } = watched(20);
    tick.flush();
    expect(runs).toEqual([]);
    tick.due();
    tick.flush();
    expect(runs).toEqual([0]);
    vi.advanceTimersByTime(100);
    expect(runs).toEqual([0]);
  });

  it("runs again for what becomes due while it runs", () => {
    let left = 3;
    const tick = createTick(() => {
      left -= 1;
      if (left > 0) tick.due();
    }, 20);
    tick.due();
    vi.advanceTimersByTime(100);
    expect(left).toBe(0);
  });
});
