// Makes the secrets that compose.yaml reads, once: `node compose/secrets.mjs` before the first
// `docker compose -f compose/compose.yaml up`. What is there already is kept; to change a secret, delete its file
// (and the addresses that contain it) and run this again.

import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { redisUsers, renderAcl } from "./redis/acl.mjs";

const folder = process.argv[2] ?? join(import.meta.dirname, "secrets");

// Only the owner enters the folder; the files themselves must be readable for the containers' own accounts.
mkdirSync(folder, { recursive: true, mode: 0o700 });

function keep(name, make) {
  const path = join(folder, name);
  if (!existsSync(path)) {
    writeFileSync(path, make(), { mode: 0o644 });
    console.log(`made ${name}`);
  }
  return readFileSync(path, "utf8").trim();
}

const random = () => randomBytes(32).toString("base64url");

keep(".gitignore", () => "*\n");
for (const name of ["session-secret", "cluster-secret", "metrics-api-key", "emitter-api-key"])
  keep(name, random);
keep("admin-password", () => randomBytes(12).toString("base64url"));
const postgres = keep("postgres-password", random);
keep("database-url", () => `postgres://parley:${postgres}@postgres:5432/parley`);

const passwords = Object.fromEntries(
  redisUsers.map((user) => [user, keep(`redis-password-${user}`, random)]),
);
for (const user of redisUsers)
  keep(`redis-url-${user}`, () => `redis://${user}:${passwords[user]}@redis:6379`);
writeFileSync(join(folder, "users.acl"), renderAcl(passwords), { mode: 0o644 });

console.log(`The secrets are in ${folder}. The first admin's password is in admin-password.`);
