#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { dataDirOf, emitterConfig, migrationConfig, nodeConfig, workerConfig } from "./config/config.js";
import { ConfigError, readEnv } from "./config/env.js";
import { keepSecretIn } from "./config/kept-secret.js";
import { runDoctor } from "./doctor/doctor.js";
import { messageOf } from "./metrics/log.js";
import { emitMessage, readPost } from "./outside/command.js";
import { startEmitter } from "./roles/emitter.js";
import { createAdmin, runMigration } from "./roles/migration.js";
import { startNode } from "./roles/node.js";
import { runUntilSignal } from "./roles/run.js";
import { startWorker } from "./roles/worker.js";

const usage =
  "usage: parley node | emitter | worker | migrate | admin create NAME | emit --room R --text T [--source S] | doctor [--role R] [--url U]";

/** Exit codes: 0, 1 (failed), 2 (wrong use or a wrong setting). */
async function main([command, ...args]: string[]): Promise<number> {
  // Before all else: wrong settings are something to tell.
  if (command === "doctor") return runDoctor(args, process.env, (line) => console.log(line));
  const env = readEnv(process.env, (path) => readFileSync(path, "utf8"));
  const keepSecret = keepSecretIn(dataDirOf(env));
  const noArguments = args.length === 0;
  if (command === "node" && noArguments) {
    const config = nodeConfig(env, keepSecret);
    return runUntilSignal(config, () => startNode(config));
  }
  if (command === "emitter" && noArguments) {
    const config = emitterConfig(env, keepSecret);
    return runUntilSignal(config, () => startEmitter(config));
  }
  if (command === "worker" && noArguments) {
    const config = workerConfig(env, keepSecret);
    return runUntilSignal(config, () => startWorker(config));
  }
  if (command === "migrate" && noArguments) {
    await runMigration(migrationConfig(env));
    return 0;
  }
  if (command === "admin" && args[0] === "create" && args.length === 2) {
    await createAdmin(migrationConfig(env), args[1] ?? "");
    return 0;
  }
  if (command === "emit") {
    await emitMessage(migrationConfig(env), readPost(args));
    return 0;
  }
  process.stderr.write(`${usage}\n`);
  return 2;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`parley: ${messageOf(error)}\n`);
  process.exitCode = error instanceof ConfigError ? 2 : 1;
}
