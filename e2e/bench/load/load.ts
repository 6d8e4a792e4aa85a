import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { projectRoot } from "../../../compose/paths.js";
import { pinned } from "../cores.js";
import type { Order, OrderAnswer, Orders } from "./orders.js";

/** The process that is all clients. */
export interface Load {
  pid: number;
  /** Gives an order; rejects with the process's error, or when it is gone. */
  order<N extends keyof Orders>(name: N, input: Orders[N]["input"]): Promise<Orders[N]["answer"]>;
  stop(): Promise<void>;
}

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

/** Starts it on the core of the load. */
export function startLoad(): Load {
  const program = join(projectRoot, "dist/e2e/bench/load/main.js");
  const [command, ...args] = pinned("load", [process.execPath, program]);
  const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  child.on("message", (message: OrderAnswer) => {
    const one = waiting.get(message.id);
    waiting.delete(message.id);
    if ("error" in message) one?.reject(new Error(`load: ${message.error}`));
    else one?.resolve(message.answer);
  });
  child.on("exit", () => {
    for (const { reject } of waiting.values()) reject(new Error("the load's process is gone"));
  });
  return {
    pid: child.pid ?? 0,
    order(name, input) {
      lastId += 1;
      const order = { id: lastId, name, input } as Order;
      return new Promise((resolve, reject) => {
        waiting.set(order.id, { resolve, reject });
        child.send(order);
      });
    },
    async stop() {
      if (child.exitCode !== null) return;
      const exited = once(child, "exit");
      child.disconnect();
      await exited;
    },
  };
}
