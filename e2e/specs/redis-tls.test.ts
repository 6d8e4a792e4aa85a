import { execFile, execFileSync, spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { projectRoot } from "../../compose/paths.js";
import { renderAcl } from "../../compose/redis/acl.mjs";
import { eventually } from "../support/eventually.js";
import { connect } from "../support/person.js";
import { freePorts } from "../support/ports.js";
import { at, guest, request } from "../support/session.js";
import { startStack, type Stack } from "../support/stack.js";

// A Redis that lets in who has a name and a password, over TLS only, with a certificate of one's own authority.

const program = join(projectRoot, "dist/server/main.js");
const folder = mkdtempSync(join(tmpdir(), "parley-tls-"));
const authority = join(folder, "cert.pem");
const passwords = { node: "node-secret", emitter: "e", worker: "w", outside: "o" };
let redis: ChildProcess | undefined;
let port: number;
let stack: Stack | undefined;

beforeAll(async () => {
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  const kind = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const made = ["-keyout", join(folder, "key.pem"), "-out", authority];
  execFileSync("openssl", [...kind, ...made, "-days", "2", ...subject], { stdio: "ignore" });
  writeFileSync(join(folder, "users.acl"), renderAcl(passwords));
  port = await freePorts(1);
  const files = ["--tls-cert-file", authority, "--tls-key-file", join(folder, "key.pem")];
  const access = ["--tls-auth-clients", "no", "--aclfile", join(folder, "users.acl")];
  const args = [
    "--port",
    "0",
    "--tls-port",
    String(port),
    "--bind",
    "127.0.0.1",
    "--save",
    "",
    "--dir",
    folder,
  ];
  redis = spawn("redis-server", [...args, ...files, ...access], { stdio: "ignore" });
});
afterAll(async () => {
  await stack?.stop();
  redis?.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

it("carries messages between nodes, presence and limits over TLS, for a user of the shipped list", async () => {
  const running = await startStack({
    NODES: "2",
    REDIS_URL: `rediss://node:${passwords.node}@localhost:${port}`,
    NODE_EXTRA_CA_CERTS: authority,
  });
  stack = running;
  const [ann, ben] = [
    await connect(at(running.process("node-1").url, await guest(running.url, "Ann"))),
    await connect(at(running.process("node-2").url, await guest(running.url, "Ben"))),
  ];
  for (const person of [ann, ben]) await person.join("general");
  const { body } = await request(running.process("node-1").url, "GET", "/health");
  expect(body).toMatchObject({ status: "ok", checks: { redis: "ok" } });
  expect(await ann.say("general", "over TLS")).toMatchObject({ ok: true });
  await eventually("it is on the other node", () => ben.texts("general").includes("over TLS"));
  for (const person of [ann, ben]) person.close();
});

it("is not talked to where its certificate is nobody's that is known", async () => {
  const { exitCode } = redis ?? {};
  expect(exitCode).toBeNull();
  const url = `rediss://node:${passwords.node}@localhost:${port}`;
  const outcome = await new Promise<string>((resolve) => {
    const env = { PATH: process.env.PATH, ENABLE_DISTRIBUTED_CHAT: "true", REDIS_URL: url, DATA_DIR: folder };
    const database = stack?.process("postgres").url;
    execFile(
      process.execPath,
      [program, "doctor"],
      { env: { ...env, DATABASE_URL: database } },
      (_, stdout) => resolve(stdout),
    );
  });
  expect(outcome).toMatch(/^failed +redis.*self-signed certificate/m);
});
