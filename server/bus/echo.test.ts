import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createEcho, type Echo, type EchoPorts } from "./echo.js";

let echo: Echo;
const state = { usable: true, deafTo: new Set<string>(), channels: ["a", "b"] };
const ports = {
  channels: () => state.channels,
  isUsable: () => state.usable,
  beat: vi.fn<EchoPorts["beat"]>((channel, sentAt) => {
    if (!state.deafTo.has(channel)) setTimeout(() => echo.heard(channel, sentAt), 5);
  }),
  took: vi.fn<EchoPorts["took"]>(),
  changed: vi.fn<EchoPorts["changed"]>(),
};

beforeEach(() => {
  vi.useFakeTimers();
  vi.clearAllMocks();
  Object.assign(state, { usable: true, deafTo: new Set(), channels: ["a", "b"] });
  echo = createEcho(ports);
});
afterEach(() => {
  echo.stop();
  vi.useRealTimers();
});
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe("the echo", () => {
  it("is proven once every channel was heard, and measures how long it took", async () => {
    state.deafTo.add("b");
    echo.prove();
    await pass(10);
    expect(echo.isProven()).toBe(false);
    state.deafTo.clear();
    await pass(1010);
    expect(echo.isProven()).toBe(true);
    expect(ports.took).toHaveBeenLastCalledWith(5);
    expect(ports.changed).not.toHaveBeenCalled();
  });

  it("finds a channel that has fallen silent within 3 s, and its return", async () => {
    await pass(1010);
    state.deafTo.add("b");
    await pass(2000);
    expect(echo.isDeaf()).toBe(false);
    await pass(1000);
    expect(ports.changed).toHaveBeenLastCalledWith(true);
    state.deafTo.clear();
    await pass(1010);
    expect(echo.isDeaf()).toBe(false);
    expect(ports.changed).toHaveBeenCalledTimes(2);
  });

  it("takes one late answer for a busy event loop", async () => {
    await pass(1010);
    state.deafTo.add("a");
    await pass(1000);
    state.deafTo.clear();
    await pass(5000);
    expect(ports.changed).not.toHaveBeenCalled();
  });

  it("says nothing while Redis does not answer, and wants a new proof afterwards", async () => {
    await pass(1010);
    state.usable = false;
    await pass(10_000);
    expect(echo.isDeaf()).toBe(false);
    expect(echo.isProven()).toBe(false);
    state.usable = true;
    echo.prove();
    await pass(10);
    expect(echo.isProven()).toBe(true);
  });
});
