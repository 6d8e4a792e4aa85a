import { hasPassword } from "../bus/address.js";
import { readFileSync } from "node:fs";
import type { InstanceRole } from "../../shared/cluster.js";
import { emitterConfig, nodeConfig, workerConfig, type Config } from "../config/config.js";
import { readEnv } from "../config/env.js";
import { messageOf } from "../metrics/log.js";
import { failed, ok, warning, type Finding } from "./finding.js";

/** What the environment makes of a role; `config` is null where it would not start. */
export interface CheckedSettings {
  findings: Finding[];
  config: Config | null;
  migrationUrl: string | null;
}

const configOf = { node: nodeConfig, emitter: emitterConfig, worker: workerConfig };

/** Checks the settings as the role itself does at its start, and what is unwise in production. */
export function checkSettings(
  environment: Record<string, string | undefined>,
  role: InstanceRole,
): CheckedSettings {
  try {
    const env = readEnv(environment, (path) => readFileSync(path, "utf8"));
    // Made up for the check only: nothing is written to DATA_DIR.
    const config = configOf[role](env, (_name, make) => make());
    const unwise = config.production ? unwiseSecrets(config) : [];
    const mode = config.distributed ? "in a cluster" : "alone";
    const kind = config.production ? "production" : "not production: secrets may be made up";
    return {
      findings: [ok("settings", `a ${role} ${mode}, ${kind}`), ...unwise],
      config,
      migrationUrl: env.DATABASE_MIGRATION_URL ?? null,
    };
  } catch (error) {
    return { findings: [failed("settings", messageOf(error))], config: null, migrationUrl: null };
  }
}

function unwiseSecrets({ sessionSecrets, clusterSecrets, metricsApiKeys, redisUrl }: Config): Finding[] {
  const found: Finding[] = [];
  const all = [...sessionSecrets, ...clusterSecrets, ...metricsApiKeys];
  if (new Set(all).size < all.length)
    found.push(
      warning("secrets", "one value is used for several purposes: make another (openssl rand -base64 32)"),
    );
  if ([...sessionSecrets, ...clusterSecrets].some((secret) => new Set(secret).size < 10))
    found.push(warning("secrets", "one has fewer than 10 different characters: openssl rand -base64 32"));
  if (redisUrl !== null && !hasPassword(redisUrl))
    found.push(warning("secrets", "REDIS_URL has no password: see docs/operations.md, access rights"));
  return found.length > 0 ? found : [ok("secrets", "given, each for one purpose")];
}
