import { once } from "node:events";
import { WebSocket } from "ws";
import type { CpuProfile } from "./profile.js";

/** V8's own view of a running node, through its inspector. */
export interface Inspector {
  /** Bytes of the heap that are in use after a collection of all garbage. */
  heapInUse(): Promise<number>;
  /** Samples the CPU until the returned function is called, which gives the profile. */
  startProfile(): Promise<() => Promise<CpuProfile>>;
  close(): void;
}

interface Reply {
  id: number;
  result?: unknown;
  error?: { message: string };
}

/** Opens the inspector of a process that was started with `--inspect` on this port. */
export async function openInspector(port: number): Promise<Inspector> {
  const list = await fetch(`http://127.0.0.1:${port}/json/list`);
  const [target] = (await list.json()) as { webSocketDebuggerUrl: string }[];
  const socket = new WebSocket(target?.webSocketDebuggerUrl ?? "", { maxPayload: 2 ** 30 });
  await once(socket, "open");
  const waiting = new Map<number, (reply: Reply) => void>();
  let lastId = 0;
  socket.on("message", (data: Buffer) => {
    const reply = JSON.parse(data.toString()) as Reply;
    waiting.get(reply.id)?.(reply);
    waiting.delete(reply.id);
  });

  function post<T>(method: string, params: object = {}): Promise<T> {
    lastId += 1;
    const id = lastId;
    return new Promise((resolve, reject) => {
      waiting.set(id, ({ result, error }) =>
        error ? reject(new Error(`${method}: ${error.message}`)) : resolve(result as T),
      );
      socket.send(JSON.stringify({ id, method, params }));
    });
  }

  return {
    async heapInUse() {
      // What the first round frees may let go of more.
      for (let i = 0; i < 3; i += 1) await post("HeapProfiler.collectGarbage");
      return (await post<{ usedSize: number }>("Runtime.getHeapUsage")).usedSize;
    },
    async startProfile() {
      await post("Profiler.enable");
      await post("Profiler.setSamplingInterval", { interval: 500 });
      await post("Profiler.start");
      return async () => (await post<{ profile: CpuProfile }>("Profiler.stop")).profile;
    },
    close: () => socket.close(),
  };
}
