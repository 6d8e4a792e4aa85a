import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startPostgres } from "../../compose/postgres.js";
import type { RunningServer } from "../../compose/running-server.js";

/** A Postgres and a replica that follows it, as operators run them. */
export interface ReplicatedPostgres {
  primary: RunningServer;
  replica: RunningServer;
  stop(): Promise<void>;
}

/** Starts both on `port` and the next one; the replica begins as a copy of the primary's folder. */
export async function startReplicatedPostgres(dataDir: string, port: number): Promise<ReplicatedPostgres> {
  const [primaryDir, replicaDir] = [join(dataDir, "primary"), join(dataDir, "replica")];
  // Copied while it stands still, so that no tool is needed.
  await (await startPostgres({ dataDir: primaryDir, port })).stop();
  mkdirSync(replicaDir);
  cpSync(primaryDir, replicaDir, { recursive: true });
  const primary = await startPostgres({ dataDir: primaryDir, port });
  const { username, password } = new URL(primary.url);
  const folder = join(replicaDir, "postgres");
  writeFileSync(join(folder, "standby.signal"), "");
  writeFileSync(
    join(folder, "postgresql.auto.conf"),
    `primary_conninfo = 'host=127.0.0.1 port=${port} user=${username} password=${password}'\n`,
  );
  try {
    const replica = await startPostgres({ dataDir: replicaDir, port: port + 1 });
    const stop = async () => void (await Promise.all([replica.stop(), primary.stop()]));
    return { primary, replica, stop };
  } catch (error) {
    await primary.stop();
    throw error;
  }
}
