import { randomUUID } from "node:crypto";
import { openConnection, type Connection, type Target } from "./connection.js";
import type { Ledger } from "./ledger.js";
import { command, readAnswer, readBatch, type Answer, type Batch, type Dialect } from "./packets.js";
import { numberOf } from "./packets.js";
import type { Room } from "./room.js";
import { createSequence, note, type Sequence } from "./sequence.js";

/** One socket of the load. */
export interface Member {
  /** Connects, joins its rooms; rejects when it is refused. */
  open(target: Target): Promise<void>;
  /** Sends a message that was begun in the ledger. */
  say(room: Room, number: number, text: string): void;
  close(): void;
  readonly rooms: readonly Room[];
  /** Connected and in all its rooms. */
  isIn(): boolean;
  /** What it was not given of what it should have been, over all its rooms. */
  missing(): number;
}

/** What the members of a crowd share. */
export interface Surroundings {
  dialect: Dialect;
  /** Offsets are one sequence in each room; of a server whose nodes count for themselves they are not. */
  isNumbered: boolean;
  ledger: Ledger;
  /** The room of a packet of messages whose payload begins there; undefined when it is something else. */
  roomAt(bytes: Buffer, start: number): Room | undefined;
  /** An open connection ended without being closed by us. */
  cut(member: Member, why: string): void;
}

interface Place {
  room: Room;
  /** Null before the first join is answered. */
  sequence: Sequence | null;
  /** What came while a join was under way. */
  held: Batch[] | null;
}

const [two, three, four] = [50, 51, 52];

/** Creates one who will be in these rooms. */
export function createMember(rooms: readonly Room[], surroundings: Surroundings): Member {
  const { dialect, isNumbered, ledger } = surroundings;
  const places = new Map<Room, Place>(rooms.map((room) => [room, { room, sequence: null, held: null }]));
  const asked = new Map<number, (answer: Answer, now: number) => void>();
  let connection: Connection | null = null;
  let isIn = false;
  let lastId = 0;

  function ask(name: "join" | "send", input: object, answered: (answer: Answer, now: number) => void): void {
    lastId += 1;
    asked.set(lastId, answered);
    connection?.send(command(dialect, lastId, name, input));
  }

  function take(place: Place, batch: Batch, now: number): boolean {
    let isInOrder = true;
    for (const { offset, text } of batch.messages) {
      const came = !isNumbered || place.sequence === null ? "next" : note(place.sequence, offset);
      if (came === "repeated") ledger.repeated();
      else ledger.delivered(numberOf(text), now);
      if (came === "late") ledger.disordered();
      isInOrder &&= came === "next";
    }
    return isInOrder;
  }

  function takePacket(room: Room, bytes: Buffer, start: number, end: number): void {
    const now = performance.now();
    const place = places.get(room);
    if (place?.held === null && place.sequence !== null && isNumbered) {
      const known = room.find(place.sequence.next, bytes, start, end);
      if (known !== null) {
        place.sequence.next += known.length;
        for (const number of known) ledger.delivered(number, now);
        return;
      }
    }
    const batch = readBatch(dialect, bytes.toString("utf8", start, end));
    if (!place || batch === null || batch.room !== room.name) throw new Error(`a packet of ${batch?.room}`);
    if (place.held !== null) place.held.push(batch);
    else if (take(place, batch, now) && isNumbered) room.keep(batch, bytes, start, end);
  }

  /** Joins a room, again where it was left off. */
  function join(place: Place): Promise<void> {
    place.held = [];
    const after = place.sequence === null ? {} : { after: place.sequence.next - 1 };
    return new Promise((resolve, reject) => {
      ask("join", { room: place.room.name, ...(dialect === "parley" ? after : {}) }, (answer, now) => {
        if (!answer.ok) return reject(new Error(`join: ${answer.error}`));
        if (place.sequence === null) place.sequence = createSequence(answer.head);
        else takeMissed(place, answer, now);
        const held = place.held ?? [];
        place.held = null;
        for (const batch of held) takeHeld(place, batch, now);
        resolve();
      });
    });
  }

  function takeMissed(place: Place, { missed, head }: Answer, now: number): void {
    const { sequence, room } = place;
    if (sequence === null) return;
    take(place, { room: room.name, messages: missed.filter(({ offset }) => offset >= sequence.next) }, now);
    if (sequence.next <= head) note(sequence, head);
  }

  /** Live events are in the page of the join, too. */
  function takeHeld(place: Place, batch: Batch, now: number): void {
    const next = place.sequence?.next ?? 0;
    take(place, { ...batch, messages: batch.messages.filter(({ offset }) => offset >= next) }, now);
  }

  function answerTo(packet: string, now: number): void {
    const answer = readAnswer(packet);
    const answered = asked.get(answer.id);
    asked.delete(answer.id);
    answered?.(answer, now);
  }

  function open(target: Target): Promise<void> {
    return new Promise((resolve, reject) => {
      const enter = () =>
        Promise.all([...places.values()].map(join)).then(() => {
          isIn = true;
          resolve();
        }, reject);
      connection = openConnection(target, {
        opened: () => void (dialect === "bare" ? enter() : undefined),
        text(bytes, start, end) {
          const [first, second] = [bytes[start], bytes[start + 1]];
          if (first === four && second === two) {
            const room = surroundings.roomAt(bytes, start);
            if (room) takePacket(room, bytes, start, end);
          } else if (first === four && second === three)
            answerTo(bytes.toString("utf8", start, end), performance.now());
          else if (first === two) connection?.send("3");
          else if (first === 48) connection?.send("40");
          else if (first === four && second === 48) void enter();
          else reject(new Error(`not let in: ${bytes.toString("utf8", start, end)}`));
        },
        closed(why) {
          connection = null;
          asked.clear();
          reject(new Error(why));
          if (isIn) surroundings.cut(member, why);
          isIn = false;
        },
      });
    });
  }

  const member: Member = {
    open,
    say(room, number, text) {
      const id = dialect === "parley" ? { clientId: randomUUID() } : {};
      ask("send", { room: room.name, ...id, text }, (answer, now) => {
        if (answer.ok) ledger.acked(number, now);
        else ledger.refused(number, answer.error);
      });
    },
    close() {
      connection?.close();
    },
    rooms,
    isIn: () => isIn,
    missing: () =>
      [...places.values()].reduce((sum, { sequence }) => sum + (sequence?.missing?.size ?? 0), 0),
  };
  return member;
}
