import { instanceRecord, type InstanceRecord, type InstanceView } from "../../shared/cluster.js";
import type { Bus } from "../bus/bus.js";
import { livenessChannel } from "../bus/channels.js";
import { heartbeatScript, listScript, removeScript } from "./scripts.js";

/** The instances' entries in Redis; nothing here waits for another instance. Every call rejects when Redis fails. */
export interface Registry {
  /**
   * Writes the own entry. Returns its key's suffix, the id or `id~boot` beside a live twin; the killed boot whose
   * entry it took over, if any: this instance has to clean up after that; and whether the entry is `fresh`: Redis
   * knew nothing of this instance.
   */
  heartbeat(record: InstanceRecord): Promise<{ suffix: string; killed: string | null; fresh: boolean }>;
  /**
   * All entries; `departed` names those that left in good order. Those of killed processes are removed: of all who
   * look, one gets a boot in `killed`, and has to clean up after it.
   */
  list(): Promise<{ instances: InstanceView[]; departed: Set<string>; killed: string[] }>;
  /** Takes the own entry out, in good order. */
  leave(record: InstanceRecord): Promise<void>;
}

const prefix = "chat:instances:";
const indexKey = "chat:instances";
const departedKey = "chat:departed";
/** Without a listener for this long, a boot is dead: seen at two looks a second apart. A reconnect takes less. */
const silentForMs = 900;

/** Name of an instance in events: its id, or `id~boot` for a twin. */
export const suffixOf = (record: Pick<InstanceRecord, "instanceId" | "boot">, twin: boolean) =>
  twin ? `${record.instanceId}~${record.boot}` : record.instanceId;

/**
 * Registry whose entries expire `timeoutMs` after their last heartbeat (H9). `cleansUp`: whether this instance can
 * clean up after killed ones; without it they are left out, and removed by others.
 */
export function createRegistry(
  bus: Pick<Bus, "commands" | "countListeners">,
  timeoutMs: number,
  cleansUp = true,
): Registry {
  /** Boots without a listener, and since when this instance has seen it. */
  let silent = new Map<string, number>();

  function redis() {
    const client = bus.commands();
    if (client === null) throw new Error("redis does not answer");
    return client;
  }

  async function isListening(boots: string[]): Promise<Map<string, boolean>> {
    if (boots.length === 0) return new Map();
    const counts = await bus.countListeners(boots.map(livenessChannel));
    return new Map(boots.map((boot, i) => [boot, (counts[i] ?? 0) > 0]));
  }

  async function remove(suffix: string, boot: string, inOrder: boolean): Promise<boolean> {
    const removed = await redis().eval(removeScript, {
      keys: [indexKey, departedKey, prefix + suffix],
      arguments: [suffix, boot, inOrder ? "1" : "0"],
    });
    return removed === 1;
  }

  async function read(): Promise<{ entries: Map<string, InstanceView>; departed: Set<string> }> {
    const flat = (await redis().eval(listScript, {
      keys: [indexKey, departedKey],
      arguments: [prefix],
    })) as string[];
    const end = flat.indexOf("departed");
    const entries = new Map<string, InstanceView>();
    for (let i = 0; i + 2 < end; i += 3) {
      const record = instanceRecord.safeParse(parseJson(flat[i + 2] ?? ""));
      if (record.success) entries.set(flat[i] ?? "", { ...record.data, heartbeatAgeMs: Number(flat[i + 1]) });
    }
    return { entries, departed: new Set(flat.slice(end + 1)) };
  }

  return {
    async heartbeat(record) {
      const twin = suffixOf(record, true);
      const previous = instanceRecord.safeParse(
        parseJson((await redis().get(prefix + record.instanceId)) ?? ""),
      );
      const dead =
        previous.success &&
        previous.data.boot !== record.boot &&
        !(await isListening([previous.data.boot])).get(previous.data.boot);
      const [suffix, fresh] = (await redis().eval(heartbeatScript, {
        keys: [indexKey, departedKey, prefix + record.instanceId, prefix + twin],
        arguments: [
          record.instanceId,
          twin,
          record.boot,
          JSON.stringify(record),
          String(timeoutMs),
          dead ? "1" : "0",
        ],
      })) as [string, number];
      return { suffix, killed: dead && previous.success ? previous.data.boot : null, fresh: fresh === 1 };
    },
    async list() {
      const { entries, departed } = await read();
      const listening = await isListening([...entries.values()].map((entry) => entry.boot));
      const now = performance.now();
      const silentNow = new Map<string, number>();
      const killed: string[] = [];
      for (const [suffix, { boot }] of entries) {
        if (listening.get(boot)) continue;
        const since = silent.get(boot) ?? now;
        silentNow.set(boot, since);
        if (now - since < silentForMs) continue;
        if (cleansUp && (await remove(suffix, boot, false))) killed.push(boot);
        entries.delete(suffix);
      }
      silent = silentNow;
      const instances = [...entries.values()].sort((a, b) => a.instanceId.localeCompare(b.instanceId));
      return { instances, departed, killed };
    },
    async leave(record) {
      await remove(suffixOf(record, false), record.boot, true);
      await remove(suffixOf(record, true), record.boot, true);
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
