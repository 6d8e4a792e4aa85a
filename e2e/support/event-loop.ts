import { WebSocket } from "ws";
import { eventually } from "./eventually.js";
import type { Stack } from "./stack.js";

/** What a stack's environment needs so that the event loops of its processes can be blocked. */
export const blockable = { NODE_OPTIONS: "--inspect-port=127.0.0.1:0" };

/** Opens the debugger of a process of the stack; returns what keeps its event loop busy for `ms`. */
export async function openBlocker(
  stack: Stack,
  instanceId: string,
): Promise<{ block(ms: number): Promise<void>; close(): void }> {
  process.kill(stack.process(instanceId).pid, "SIGUSR1");
  const address = new RegExp(`${instanceId} .*Debugger listening on (ws://\\S+)`);
  const found = await eventually("the debugger's address", () => address.exec(stack.output()));
  const socket = new WebSocket(found[1] ?? "");
  await new Promise((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
  return {
    /** Resolves when it is over. */
    block: (ms) =>
      new Promise((resolve) => {
        socket.once("message", () => resolve());
        const expression = `{ const end = Date.now() + ${ms}; while (Date.now() < end); }`;
        socket.send(JSON.stringify({ id: 1, method: "Runtime.evaluate", params: { expression } }));
      }),
    close: () => socket.close(),
  };
}
