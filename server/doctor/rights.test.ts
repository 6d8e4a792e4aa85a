import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { projectRoot } from "../config/paths.js";
import { busNeeds, dataNeeds } from "./role-needs.js";

const server = join(projectRoot, "server");

/** Every command that the program's Lua scripts run. */
function scriptCommands(): Set<string> {
  const files = readdirSync(server, { recursive: true, encoding: "utf8" });
  const sources = files
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .map((name) => readFileSync(join(server, name), "utf8"));
  return new Set([...sources.join("\n").matchAll(/redis\.p?call\('([A-Z]+)'/g)].map(([, name = ""]) => name));
}

describe("what a role needs in Redis", () => {
  it("covers what the scripts do", () => {
    const needed = new Set(dataNeeds("node").map(([command]) => command));
    const used = [...scriptCommands()];
    expect(used.length).toBeGreaterThan(10);
    expect(used.filter((command) => !needed.has(command))).toEqual([]);
  });

  it.each(["node", "emitter", "worker"] as const)("is granted to a %s by the shipped ACL", (role) => {
    const acl = readFileSync(join(projectRoot, "compose", "redis", "users.acl"), "utf8");
    const granted = acl.split("\n").find((line) => line.startsWith(`user ${role} `)) ?? "";
    for (const [command = ""] of [...busNeeds(role), ...dataNeeds(role)])
      expect(granted).toMatch(new RegExp(`\\+${command.toLowerCase()}(\\||\\s|$)`));
  });
});
