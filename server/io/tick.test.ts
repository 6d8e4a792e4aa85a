import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createTick } from "./tick.js";

describe("a tick", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** A tick whose runs cost what the test says, and the times of its runs. */
  function watched(maxMs: number) {
    const runs: number[] = [];
    const state = { costMs: 0, joinable: 1 };
    let began = performance.now();
    const tick = createTick(() => {
      runs.push(Math.round(performance.now() - began));
      vi.advanceTimersByTime(state.costMs);
      return state.joinable;
    }, maxMs);
    /** Under load for a while. */
    const settle = () => {
      for (let n = 0; n < 10; n += 1) {
        tick.due();
        vi.advanceTimersByTime(1000);
      }
      runs.length = 0;
      began = performance.now();
    };
    return { tick, runs, state, settle };
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
    const { tick, runs, state, settle } = watched(1000);
    settle();
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
    patient.settle();
    patient.state.costMs = 15;
    patient.tick.due();
    vi.advanceTimersByTime(0);
    patient.tick.due();
    vi.advanceTimersByTime(5);
    expect(patient.runs).toEqual([0, 20]);

    const hasty = watched(0);
    hasty.settle();
    hasty.state.costMs = 15;
    hasty.tick.due();
    vi.advanceTimersByTime(0);
    hasty.tick.due();
    vi.advanceTimersByTime(0);
    expect(hasty.runs).toHaveLength(2);
  });

  it("does not gather where there is nothing to join", () => {
    const { tick, runs, state, settle } = watched(20);
    state.joinable = 0.4;
    settle();
    state.costMs = 15;
    tick.due();
    vi.advanceTimersByTime(0);
    tick.due();
    vi.advanceTimersByTime(0);
    expect(runs).toEqual([0, 15]);
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
      return 1;
    }, 20);
    tick.due();
    vi.advanceTimersByTime(100);
    expect(left).toBe(0);
  });
});
