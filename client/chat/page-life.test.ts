import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createPageLife, isGone } from "./page-life.js";

const kept = new Map<string, string>();

beforeEach(() => {
  kept.clear();
  vi.useFakeTimers();
  vi.stubGlobal("navigator", {});
  vi.stubGlobal("window", { addEventListener: vi.fn(), removeEventListener: vi.fn() });
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("a page without Web Locks", () => {
  it("finds at once that another took its leave, and never that it lives", () => {
    const [one, two] = [createPageLife(), createPageLife()];
    const gone = vi.fn();
    one.whenGone(two.name, gone);
    vi.advanceTimersByTime(600_000);
    expect(gone).not.toHaveBeenCalled();
    two.end();
    vi.advanceTimersByTime(5000);
    expect(gone).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(60_000);
    expect(gone).toHaveBeenCalledTimes(1);
    one.end();
    expect(kept.size).toBe(0);
  });

  it("waits long for one that says nothing", () => {
    const one = createPageLife();
    kept.set("parley:page:crashed", JSON.stringify(Date.now()));
    const gone = vi.fn();
    one.whenGone("crashed", gone);
    vi.advanceTimersByTime(175_000);
    expect(gone).not.toHaveBeenCalled();
    vi.advanceTimersByTime(15_000);
    expect(gone).toHaveBeenCalledTimes(1);
    expect(kept.has("parley:page:crashed")).toBe(false);
    one.end();
  });

  it("takes one it never heard of for gone", () => {
    const one = createPageLife();
    const gone = vi.fn();
    one.whenGone("unknown", gone);
    expect(gone).toHaveBeenCalledTimes(1);
    one.end();
  });
});

describe("isGone", () => {
  it("is generous: hidden pages show few signs of life", () => {
    expect([isGone(null, 0), isGone(0, 120_000), isGone(0, 181_000)]).toEqual([true, false, true]);
  });
});
