import { createOutbox, type Action, type Outbox, type Outgoing } from "../../shared/outbox.js";
import { open, type Person } from "../support/person.js";
import type { Session } from "../support/session.js";
import type { Recorder, ViewRecorder } from "./recorder.js";

/** A client of the run: the page's outbox and feeds on a real connection, and a page that may be opened anew. */
export interface Talker {
  name: string;
  rooms: readonly string[];
  /** Whether he also edits, deletes and reacts. */
  isLively: boolean;
  /** Own messages that were acked and that he did not delete. */
  own: Map<string, string[]>;
  person(): Person;
  outbox(): Outbox;
  /** Does something; false when too much waits already. */
  act(action: Action): boolean;
  /** Closes the page and opens it anew: its rooms are empty, its outbox is what was kept of it. */
  restart(): void;
  close(): void;
}

/** Who a talker is. */
export interface TalkerOptions {
  name: string;
  session: Session;
  /** The node he goes to directly; null when he goes through nginx. */
  node: string | null;
  transports: string[];
  rooms: readonly string[];
  isLively: boolean;
  random: () => number;
}

// As in the page: an acked event mostly comes within milliseconds, later it was lost on its way.
const eventMs = 1500;
/** Who sees so many of his actions waiting does no more for now; the outbox would take 100. */
const patience = 60;

interface Page {
  person: Person;
  outbox: Outbox;
  close(): void;
}

/** Opens a talker's first page. */
export function createTalker(options: TalkerOptions, recorder: Recorder): Talker {
  const { name, session, rooms, node } = options;
  const own = new Map<string, string[]>(rooms.map((room) => [room, []]));

  function openPage(kept: readonly Outgoing[]): Page {
    let isOpen = true;
    const views = new Map<string, ViewRecorder>(
      rooms.map((room) => [room, recorder.openView({ client: name, node, room })]),
    );
    const person = open(session, options.transports, {
      connected: () => outbox.flush(),
      changed: (room, timeline) => isOpen && views.get(room)?.show(timeline.events()),
      refused: (what, error) => recorder.turnedAway(name, what, error),
    });
    const outbox: Outbox = createOutbox({
      async send(action) {
        if (!isOpen) throw new Error("the page is closed");
        recorder.sent(action);
        const answer = await person.command(action.name, action.input);
        recorder.answered(action, answer);
        return answer;
      },
      wait: (ms, callback) => void setTimeout(() => isOpen && callback(), ms),
      random: options.random,
      changed(entries) {
        for (const { action, error } of entries)
          if (error) queueMicrotask(() => outbox.discard(action.input.clientId));
      },
      accepted({ action }, { offset, id }) {
        if (action.name === "message:send" && id !== undefined) own.get(action.input.room)?.push(id);
        setTimeout(() => isOpen && person.reach(action.input.room, offset), eventMs);
      },
    });
    for (const room of rooms) person.follow(room);
    outbox.adopt(kept);
    return {
      person,
      outbox,
      close() {
        isOpen = false;
        person.close();
        for (const view of views.values()) view.close();
      },
    };
  }

  let page = openPage([]);
  return {
    name,
    rooms,
    isLively: options.isLively,
    own,
    person: () => page.person,
    outbox: () => page.outbox,
    act(action) {
      if (page.outbox.entries().length >= patience) return false;
      recorder.invoked(name, session.user.id, action);
      page.outbox.add(action);
      return true;
    },
    restart() {
      page.close();
      page = openPage(page.outbox.entries());
    },
    close: () => page.close(),
  };
}
