import { describe, expect, it } from "vitest";
import { addressNow, hasPassword, parseSentinelUrl } from "./sentinels.js";

describe("an address behind Sentinels", () => {
  it("tells the nodes, the master's name, and its user", () => {
    expect(
      parseSentinelUrl("redis-sentinel://chat?nodes=a%3A1%2Cb%3A2&username=node&password=p%26w"),
    ).toEqual({
      nodes: [
        { host: "a", port: 1 },
        { host: "b", port: 2 },
      ],
      master: "chat",
      username: "node",
      password: "p&w",
    });
    expect(parseSentinelUrl("redis://a:1")).toBeNull();
  });

  it("has a password where one is given", () => {
    expect(
      [
        "redis://a",
        "redis://:p@a",
        "redis-sentinel://c?nodes=a%3A1",
        "redis-sentinel://c?nodes=a%3A1&password=p",
      ].map(hasPassword),
    ).toEqual([false, true, false, true]);
  });

  it("is asked of the Sentinels, any other is taken as it is", async () => {
    expect(await addressNow("redis://a:1")).toBe("redis://a:1");
    await expect(addressNow("redis-sentinel://chat?nodes=127.0.0.1%3A1")).rejects.toThrow();
  });
});
