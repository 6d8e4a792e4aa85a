import { WebSocket } from "ws";
import { eventually } from "./eventually.js";
import type { Stack } from "./stack.js";

/** What a stack's environment needs so that the event loops of its processes can be blocked. */
export const blockable = { NODE_OPTIONS: "--inspect-port=127.0.0.1:0" };

/** Keeps the event loop of a process busy. */
export interface Blocker {
  /** Resolves when the loop is blocked; `over` when it is not any more. */
  block(ms: number): Promise<{ over: Promise<void> }>;
  close(): void;
}

/** What the debugger tells: an answer with the request's id, or an event. */
interface Told {
  id?: number;
  method?: string;
  params?: { args?: { value?: unknown }[] };
}

const begun = "blocked from here on";

/** Opens the debugger of a process of the stack. */
export async function openBlocker(stack: Stack, instanceId: string): Promise<Blocker> {
  process.kill(stack.process(instanceId).pid, "SIGUSR1");
  const address = new RegExp(`${instanceId} .*Debugger listening on (ws://\\S+)`);
  const found = await eventually("the debugger's address", () => address.exec(stack.output()));
  const socket = new WebSocket(found[1] ?? "");
  await new Promise((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });

  /** Resolves with the first message that is what is waited for. */
  const told = (isIt: (message: Told) => boolean) =>
    new Promise<void>((resolve) => {
      socket.on("message", (data: Buffer) => {
        if (isIt(JSON.parse(data.toString()) as Told)) resolve();
      });
    });

  // Events are sent by the debugger's own thread: also while the loop is blocked.
  socket.send(JSON.stringify({ id: 1, method: "Runtime.enable" }));
  return {
    async block(ms) {
      const isBlocked = told(({ params }) => params?.args?.[0]?.value === begun);
      const over = told(({ id }) => id === 2);
      const busy = `const end = Date.now() + ${ms}; while (Date.now() < end);`;
      const expression = `{ console.debug("${begun}"); ${busy} }`;
      socket.send(JSON.stringify({ id: 2, method: "Runtime.evaluate", params: { expression } }));
      await isBlocked;
      return { over };
    },
    close: () => socket.close(),
  };
}
