import {
  actionNames,
  commands,
  type Ack,
  type ActionName,
  type CommandData,
  type CommandInput,
  type CommandName,
} from "../../shared/commands.js";
import { Failure, invalid, toErrorBody } from "../failure.js";
import type { Limiter, LimitName } from "../limits/limiter.js";
import { messageOf, type Log } from "../metrics/log.js";
import type { Entrance } from "./entrance.js";
import type { ChatSocket } from "./types.js";

/** One function for each command: takes checked input, returns the ack's data, throws `Failure` to refuse. */
export type CommandHandlers = {
  [N in CommandName]: (socket: ChatSocket, input: CommandInput<N>) => Promise<CommandData[N]>;
};

const isAction = (name: CommandName): name is ActionName => (actionNames as readonly string[]).includes(name);
const isCommand = (event: string): event is CommandName => Object.hasOwn(commands, event);

/** What commands pass through. */
export interface CommandDeps {
  handlers: CommandHandlers;
  limiter: Limiter;
  entrance: Entrance;
  log: Log;
}

/**
 * The one way in for everything a socket sends: schema, entrance, limit, handler, ack. It survives a missing or extra
 * callback, any shape of input, a throw and a rejection; unknown events are refused (T9, trust.md F2 and F3). What a
 * client sent is never passed on: handlers build new objects.
 */
export function listenForCommands(socket: ChatSocket, deps: CommandDeps): void {
  socket.onAny((event: unknown, ...args: unknown[]) => {
    const last = args.at(-1);
    const answer = typeof last === "function" ? (last as (ack: Ack<unknown>) => void) : () => {};
    const input = typeof last === "function" ? args.slice(0, -1) : args;
    run(socket, String(event), input, deps).then(
      (data) => answer({ ok: true, data }),
      (error: unknown) => {
        if (!(error instanceof Failure))
          deps.log.error(
            { event: isCommand(String(event)) ? event : "other", error: messageOf(error) },
            "command failed",
          );
        answer({ ok: false, error: toErrorBody(error) });
      },
    );
  });
}

/** Whether it writes to a room's log. */
const doesAct = (command: Command | Failure) => !(command instanceof Failure) && isAction(command.name);

/** What writes to a log is a message too. */
const costOf = (command: Command | Failure): readonly LimitName[] =>
  doesAct(command) ? ["commands", "messages"] : ["commands"];

interface Command {
  name: CommandName;
  input: unknown;
}

function parse(event: string, args: unknown[]): Command | Failure {
  if (!isCommand(event)) return new Failure("invalid", "event: unknown command");
  if (args.length !== 1) return new Failure("invalid", "input: exactly one object");
  const parsed = commands[event].safeParse(args[0]);
  return parsed.success ? { name: event, input: parsed.data } : invalid(parsed.error);
}

async function run(
  socket: ChatSocket,
  event: string,
  args: unknown[],
  { handlers, limiter, entrance }: CommandDeps,
): Promise<unknown> {
  const command = parse(event, args);
  if (doesAct(command)) await entrance();
  // What is refused counts too.
  await limiter.pass(costOf(command), socket.data.user.id);
  if (command instanceof Failure) throw command;
  // The table ties name, input and data together; TypeScript can not follow it through an index.
  const handler = handlers[command.name] as (socket: ChatSocket, input: unknown) => Promise<unknown>;
  return handler(socket, command.input);
}
