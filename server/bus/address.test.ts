import { expect, it } from "vitest";
import { hasPassword, parseFollowed } from "./address.js";

it("behind Sentinels tells the nodes, the master's name, and its user", () => {
  expect(parseFollowed("redis-sentinel://chat?nodes=a%3A1%2Cb%3A2&username=node&password=p%26w")).toEqual({
    nodes: [
      { host: "a", port: 1 },
      { host: "b", port: 2 },
    ],
    master: "chat",
    username: "node",
    password: "p&w",
  });
});

it("of a Cluster tells the nodes", () => {
  expect(parseFollowed("redis-cluster://all?nodes=a%3A1")).toEqual({
    nodes: [{ host: "a", port: 1 }],
    master: null,
  });
});

it("of one server is taken as it is", () => {
  expect(parseFollowed("redis://a:1")).toBeNull();
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
