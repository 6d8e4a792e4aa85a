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
    /** Under load for a while, the last run a moment ago. */
    const settle = (costMs: number) => {
      state.costMs = costMs;
      for (let n = 0; n < 10; n += 1) {
        tick.due();
        vi.advanceTimersByTime(maxMs);
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

  it("waits under load for ten times as long as its last run took, from what is due first", () => {
    const { tick, runs, settle } = watched(1000);
    settle(3);
    tick.due();
    vi.advanceTimersByTime(29);
    tick.due();
    expect(runs).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(runs).toEqual([30]);
  });

  it("gathers no longer than it may, and not at all where it may not", () => {
    const patient = watched(20);
    patient.settle(15);
    patient.tick.due();
    vi.advanceTimersByTime(19);
    expect(patient.runs).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(patient.runs).toEqual([20]);

    const hasty = watched(0);
    hasty.settle(15);
    hasty.tick.due();
    vi.advanceTimersByTime(0);
    expect(hasty.runs).toEqual([0]);
  });

  it("does not gather where there is nothing to join", () => {
    const { tick, runs, state, settle } = watched(20);
    state.joinable = 0.4;
    settle(15);
    tick.due();
    vi.advanceTimersByTime(0);
    expect(runs).toEqual([0]);
  });

  it("lets the first after the load leave at once", () => {
    const { tick, runs, settle } = watched(20);
    settle(15);
    vi.advanceTimersByTime(101);
    tick.due();
    vi.advanceTimersByTime(0);
    expect(runs).toEqual([101]);
  });

  it("does what has waited enough before the loop goes on, once", async () => {
    const nextTick = () => new Promise<void>((resolve) => process.nextTick(resolve));
    const { tick, runs, settle } = watched(20);
    tick.hurry();
    await nextTick();
    expect(runs).toEqual([]);
    settle(15);
    tick.due();
    vi.advanceTimersByTime(5);
    tick.hurry();
    tick.due();
    tick.hurry();
    expect(runs).toEqual([]);
    await nextTick();
    expect(runs).toEqual([5]);
    vi.advanceTimersByTime(100);
    expect(runs).toEqual([5]);
  });

  it("does not hurry where nothing waits: acks come first", async () => {
    const { tick, runs } = watched(20);
    tick.due();
    tick.hurry();
    await new Promise<void>((resolve) => process.nextTick(resolve));
    expect(runs).toEqual([]);
    vi.advanceTimersByTime(0);
    expect(runs).toEqual([0]);
  });

  it("tells how long gathering pays", () => {
    const { tick, settle } = watched(20);
    expect(tick.windowMs()).toBe(0);
    settle(1);
    expect(tick.windowMs()).toBe(10);
    settle(15);
    expect(tick.windowMs()).toBe(20);
    vi.advanceTimersByTime(101);
    expect(tick.windowMs()).toBe(0);
    const lonely = watched(20);
    lonely.state.joinable = 0.4;
    lonely.settle(15);
    expect(lonely.tick.windowMs()).toBe(0);
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
