import type { Target } from "./connection.js";
import { createLedger, type Ledger } from "./ledger.js";
import { createMember, type Member } from "./member.js";
import { prefixOf, type Dialect } from "./packets.js";
import { createRoom, ringOf, roomIndex, type Room } from "./room.js";

/** Somebody to bring in: where to, and into which of the rooms. */
export interface Comer {
  target: Target;
  rooms: number[];
}

/** What a crowd is made of. */
export interface CrowdInput {
  dialect: Dialect;
  isNumbered: boolean;
  /** As `roomNames` makes them. */
  rooms: string[];
  comers: Comer[];
  /** So many connect at once. */
  together: number;
  /** Where those go who are cut, a second or so later; they are lost without it. */
  elsewhere: Target["port"][];
}

/** All sockets of the load. */
export interface Crowd {
  ledger: Ledger;
  members: readonly Member[];
  rooms: readonly Room[];
  /** Sockets in a room. */
  audience(room: Room): number;
  /** Who was cut and is not back. */
  away(): number;
  /** When the last one came back, and how many did. */
  comeback(): { at: number; count: number };
  /** What was seen that must not be: connections that were cut. */
  faults(): string[];
  close(): void;
}

const comebackMs = 500;

/** Connects everybody and has them join; rejects when anybody is refused. */
export async function bringCrowd(input: CrowdInput): Promise<Crowd> {
  const ledger = createLedger();
  const rooms = input.rooms.map((name) => createRoom(name, ringOf(input.rooms.length)));
  const prefix = prefixOf(input.dialect);
  const nameEnd = prefix.length + (input.rooms[0]?.length ?? 0);
  const mark = prefix[4];
  const faults: string[] = [];
  const targets = new Map<Member, Target>();
  let isClosed = false;
  let away = 0;
  const comeback = { at: 0, count: 0 };

  function comeBack(member: Member): void {
    const port = input.elsewhere[Math.floor(Math.random() * input.elsewhere.length)];
    const target = targets.get(member);
    if (port === undefined || target === undefined) return;
    const there = { ...target, port, host: `127.0.0.1:${port}` };
    const again = () => setTimeout(() => comeBack(member), comebackMs * (0.5 + Math.random()));
    member.open(there).then(() => {
      away -= 1;
      comeback.count += 1;
      comeback.at = performance.now();
    }, again);
  }

  const surroundings = {
    dialect: input.dialect,
    isNumbered: input.isNumbered,
    ledger,
    roomAt: (bytes: Buffer, start: number) =>
      bytes[start + 4] === mark ? rooms[roomIndex(bytes, start + nameEnd)] : undefined,
    cut(member: Member, why: string) {
      if (isClosed) return;
      if (input.elsewhere.length === 0) faults.push(`a socket was cut: ${why}`);
      else {
        away += 1;
        setTimeout(() => comeBack(member), comebackMs * (0.5 + Math.random()));
      }
    },
  };

  const members = input.comers.map(({ rooms: indices, target }) => {
    const member = createMember(
      indices.map((index) => rooms[index] as Room),
      surroundings,
    );
    targets.set(member, target);
    return member;
  });
  const audiences = new Map<Room, number>();
  for (const room of members.flatMap((member) => member.rooms))
    audiences.set(room, (audiences.get(room) ?? 0) + 1);

  const waiting = members.values();
  const worker = async () => {
    for (const member of waiting) await member.open(targets.get(member) as Target);
  };
  await Promise.all(Array.from({ length: input.together }, worker));

  return {
    ledger,
    members,
    rooms,
    audience: (room) => audiences.get(room) ?? 0,
    away: () => away,
    comeback: () => comeback,
    faults: () => faults,
    close() {
      isClosed = true;
      for (const member of members) member.close();
    },
  };
}
