import { measureCpu } from "./cpu.js";
import type { Talk, TalkInput } from "./load/talk.js";
import type { Services } from "./services.js";
import type { Subject } from "./subject.js";

/** A talk with the CPU seconds of all who had to do with it. */
export interface MeasuredTalk extends Talk {
  cpu: { server: number; redis: number; postgres: number; load: number; proxy: number };
}

/** The same seed in every round and for every server: the same messages at the same times. */
const seed = 20_260;

/** What must not be. Packets of several nodes may cross and may come twice: a client has to put up with that. */
function faultsOf({ nodes }: Subject, talk: Talk, mayRefuse: boolean): string[] {
  const { faults, refusal, gaps, expected, repeats, disorder } = talk;
  const isOne = nodes.length === 1;
  return [
    ...faults,
    ...(refusal !== "" && !mayRefuse ? [`refused: ${refusal}`] : []),
    ...(gaps > 0 ? [`${gaps} deliveries of ${expected} are missing`] : []),
    ...(isOne && repeats > 0 ? [`${repeats} deliveries came twice`] : []),
    ...(isOne && disorder > 0 ? [`${disorder} deliveries came out of order`] : []),
  ];
}

/** Has the crowd talk, and measures; throws when anything went wrong. Who looks for a server's end lets it refuse. */
export async function measureTalk(
  { load, pids }: Services,
  subject: Subject,
  input: Pick<TalkInput, "pace" | "seconds"> & { anywhere?: boolean },
  { proxy = [] as number[], mayRefuse = false } = {},
): Promise<MeasuredTalk> {
  const read = measureCpu({
    server: subject.nodes.map(({ pid }) => pid),
    redis: [pids.redis],
    postgres: [pids.postgres],
    load: [load.pid],
    proxy,
  });
  const talk = await load.order("talk", { anywhere: false, seed, ...input });
  const measured = { ...talk, cpu: read() };
  const wrong = faultsOf(subject, talk, mayRefuse);
  if (wrong.length > 0) {
    const said = subject.lastLine() === "" ? "" : ` (its last line: ${subject.lastLine()})`;
    throw new Error(`${subject.dialect}: ${wrong.slice(0, 5).join("; ")}${said}`);
  }
  return measured;
}

const warmUpSeconds = 25;
const leadInSeconds = 1;

/** A talk that is not measured. */
const talkBefore = ({ load }: Services, pace: TalkInput["pace"], seconds: number, anywhere = false) =>
  load.order("talk", { pace, seconds, seed: 1, anywhere });

/**
 * Has V8 compile what a message runs through: give it a pace that saturates the server, since at 160 messages a second
 * that takes long, and a server runs for days. Parley, which does more for a message, is a fifth dearer after 16
 * seconds of fifty rooms than after 21; from then on neither it nor the others change.
 */
export const warmUp = (
  services: Services,
  pace: TalkInput["pace"],
  { isQuick = false, anywhere = false } = {},
) => talkBefore(services, pace, isQuick ? 0.5 : warmUpSeconds, anywhere);

/** Brings a warm server to the pace that is measured next. */
export const leadIn = (services: Services, pace: TalkInput["pace"], { isQuick = false } = {}) =>
  talkBefore(services, pace, isQuick ? 0.5 : leadInSeconds);
