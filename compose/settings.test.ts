import { describe, expect, it } from "vitest";
import { portsOf } from "./port-plan.js";
import { readSettings } from "./settings.js";

describe("the runner's settings", () => {
  it("has the contract's defaults", () => {
    const settings = readSettings({});
    expect(settings).toMatchObject({ single: false, nodes: 3, httpPort: 8080, adminName: "admin" });
    const ports = portsOf(settings).map(({ port }) => port);
    expect(ports.toSorted((a, b) => a - b)).toEqual([3001, 3002, 3003, 3100, 3200, 5490, 6390, 8080]);
    expect(settings.dataDir).toMatch(/\/var$/);
  });

  it.each([
    [{ HTTP_PORT: "abc" }, /^HTTP_PORT /],
    [{ HTTP_PORT: "0" }, /^HTTP_PORT /],
    [{ POSTGRES_PORT: "70000" }, /^POSTGRES_PORT /],
    [{ NODES: "0" }, /^NODES /],
    [{ NODES: "2.5" }, /^NODES /],
    [{ HTTP_HOST: "example.org" }, /^HTTP_HOST /],
    [{ REAL_IP_FROM: "10.0.0.0/33" }, /^REAL_IP_FROM /],
    [{ UNIX_SOCKETS: "yes" }, /^UNIX_SOCKETS /],
    [{ UNIX_SOCKETS: "true", DATA_DIR: `/${"d".repeat(100)}` }, /^UNIX_SOCKETS: .*DATA_DIR/],
    [{ SHUTDOWN_TIMEOUT_MS: "-1" }, /^SHUTDOWN_TIMEOUT_MS /],
  ])("refuses %o in one line that names the variable", (env, message) => {
    expect(() => readSettings(env)).toThrow(message);
  });

  it("names both who want one port", () => {
    expect(() => readSettings({ EMITTER_PORT: "3002" })).toThrow(/3002 .*EMITTER_PORT.*NODE_PORT_BASE/);
  });

  it("refuses an unknown option", () => {
    expect(() => readSettings({}, ["--singel"])).toThrow(/--singel/);
  });

  it("takes a Redis and a Postgres that are given, and needs no ports for them", () => {
    const env = { REDIS_URL: "redis://elsewhere", REDIS_PORT: "any", DATABASE_URL: "postgres://elsewhere" };
    const settings = readSettings(env);
    expect(settings).toMatchObject({ ownRedis: false, ownPostgres: false });
    expect(portsOf(settings).map(({ what }) => what)).not.toContain("Redis");
  });

  it("runs one node on the front port with --single", () => {
    const ports = portsOf(readSettings({}, ["--single"]));
    expect(ports.map(({ what, port }) => [what, port])).toEqual([
      ["Postgres", 5490],
      ["the worker", 3200],
      ["the node", 8080],
    ]);
  });
});
