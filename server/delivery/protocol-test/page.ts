// A page of a user: the real feeds and the real outbox on a connection, wired as in `client/chat`.
import type { Ack } from "../../../shared/commands.js";
import { createOutbox, type Outgoing } from "../../../shared/outbox.js";
import type { RoomEvent, RoomEvents } from "../../../shared/room-events.js";
import { createRoomFeed, type RoomFeed } from "../../../shared/room-feed.js";
import type { User } from "../../../shared/values.js";
import type { Actor, Clock } from "./clock.js";
import type { Cluster } from "./cluster.js";
import type { Commands, Connection } from "./connection.js";
import type { PlantedFault } from "./faults.js";

const ackTimeoutMs = 10_000;
const reconnectMs = 500;
const eventMs = 1500;

/** What outlives a page: whose it is, where he connects to, and what his outbox kept. */
export interface Person {
  user: User;
  slot: number;
  slots: number;
  kept: readonly Outgoing[];
  /** What must not happen, as soon as it did. */
  problem: string | null;
  /** Told for each message of his that the server accepted. */
  acked(room: string, text: string, offset: number): void;
}

/** What a room of a page shows. */
export interface View {
  events: readonly RoomEvent[];
  position: number | null;
  /** Events handed to the feed so far: bounds by how much the list may have grown. */
  given: number;
}

/** One life of a page. */
export interface Page {
  views: ReadonlyMap<string, View>;
  /** Puts a message into the outbox; false when too many wait. */
  say(room: string, text: string): boolean;
  older(room: string): void;
  freeze(ms: number): void;
  /** The connection carries nothing more, which is noticed after `unnoticedMs`. */
  lose(unnoticedMs: number): void;
  close(): void;
}

/** Opens a page; it connects by itself, as often as needed. */
export function openPage(
  person: Person,
  rooms: readonly string[],
  clock: Clock,
  cluster: Cluster,
  planted: PlantedFault | null,
): Page {
  const actor: Actor = { alive: true, frozenUntil: 0 };
  const views = new Map<string, View>();
  const feeds = new Map<string, RoomFeed>();
  let connection: Connection;
  let connected = false;
  /** Ends the questions of a connection that is lost. */
  let endQuestions = new Set<(error: Error) => void>();
  let tries = 0;

  const wait = (ms: number, callback: () => void) => clock.after(ms, actor, callback);

  async function ask<T>(command: (commands: Commands) => Promise<T>): Promise<Ack<T>> {
    if (!connected) throw new Error("not connected");
    let end: (error: Error) => void = () => undefined;
    const lost = new Promise<never>((_, reject) => {
      end = reject;
    });
    endQuestions.add(end);
    wait(ackTimeoutMs, () => end(new Error("no answer in time")));
    // The node's wrapper turns what a command throws into a refusal that may be tried again.
    const answer = connection.ask(command).then(
      (data) => ({ ok: true as const, data }),
      (error: Error) => ({
        ok: false as const,
        error: { code: "unavailable" as const, message: error.message, retryable: true },
      }),
    );
    try {
      return await Promise.race([answer, lost]);
    } finally {
      endQuestions.delete(end);
    }
  }

  function follow(room: string): void {
    const view: View = { events: [], position: null, given: 0 };
    const count = <T extends { events: RoomEvent[] }>(answer: Ack<T>) => {
      if (answer.ok) view.given += answer.data.events.length;
      return answer;
    };
    views.set(room, view);
    feeds.set(
      room,
      createRoomFeed(room, {
        join: (input) => ask((commands) => commands.join(input)).then(count),
        read: (input) => ask((commands) => commands.read(input)).then(count),
        wait,
        joined: () => undefined,
        refused(error) {
          person.problem = `refused for good: ${error.message}`;
        },
        changed(timeline) {
          view.position = timeline.position();
          view.events = timeline.events();
        },
      }),
    );
  }

  function received(batch: RoomEvents): void {
    const view = views.get(batch.room);
    if (!view) return;
    view.given += batch.events.length;
    const { position } = view;
    feeds.get(batch.room)?.take(batch);
    if (position === null) return;
    const early = batch.events.filter(({ offset }) => offset > (view.position ?? offset));
    const known = batch.events.filter(({ offset }) => offset <= position);
    if (planted === "events are shown on arrival") view.events = [...view.events, ...early];
    if (planted === "known events are shown again") view.events = [...view.events, ...known];
  }

  const outbox = createOutbox({
    send({ input }) {
      if (!("text" in input)) throw new Error("only messages are sent here");
      tries += 1;
      const given =
        planted === "a retry has a new clientId"
          ? { ...input, clientId: `${input.clientId}-${tries}` }
          : input;
      return ask((commands) => commands.send(given));
    },
    wait: (ms, callback) => planted !== "nothing is sent again" && wait(ms, callback),
    random: clock.random,
    changed(entries) {
      person.kept = entries;
    },
    accepted({ action: { input } }, { offset }) {
      if ("text" in input) person.acked(input.room, input.text, offset);
      wait(eventMs, () => feeds.get(input.room)?.reach(offset));
    },
  });

  function connect(): void {
    connection = cluster.connect(person.slot, {
      actor,
      user: person.user,
      connected() {
        connected = true;
        for (const feed of feeds.values()) void feed.join();
        outbox.flush();
      },
      received,
      disconnected() {
        connected = false;
        for (const end of endQuestions) end(new Error("disconnected"));
        endQuestions = new Set();
        if (clock.random() < 0.5) person.slot = (person.slot + 1) % person.slots;
        wait(reconnectMs * (0.2 + 1.6 * clock.random()), connect);
      },
    });
  }

  for (const room of rooms) follow(room);
  if (planted !== "the outbox ends with its page") outbox.adopt(person.kept);
  connect();

  return {
    views,
    say(room, text) {
      const clientId = `${person.user.id}-${text}`;
      try {
        outbox.add({ name: "message:send", input: { room, clientId, text } });
        return true;
      } catch (error) {
        if (error instanceof RangeError) return false;
        throw error;
      }
    },
    older(room) {
      feeds
        .get(room)
        ?.readOlder()
        .catch(() => undefined);
    },
    freeze(ms) {
      actor.frozenUntil = Math.max(actor.frozenUntil, clock.now() + ms);
    },
    lose: (unnoticedMs) => connection.break(unnoticedMs),
    close() {
      actor.alive = false;
      for (const feed of feeds.values()) feed.close();
      connection.break(0);
    },
  };
}
