import fc from "fast-check";

/** The rooms that every page follows. */
export const rooms: readonly string[] = ["general", "random"];
/** How many people there are, each with a page. */
export const people = 3;
const nodesMax = 3;

const person = fc.nat(people - 1);
/** May be one that the run does not have. */
const slot = fc.nat(nodesMax - 1);
const room = fc.constantFrom(...rooms);
const ms = fc.constantFrom(100, 700, 2500, 12_000);
const few = fc.integer({ min: 1, max: 4 });
/** More than a page holds back of what comes early. */
const many = fc.integer({ min: 66, max: 90 });

const one = <D extends string, F extends object>(deed: D, fields: { [K in keyof F]: fc.Arbitrary<F[K]> }) =>
  fc.record({ do: fc.constant(deed), ...fields }) as fc.Arbitrary<{ do: D } & F>;
const often = <T>(weight: number, arbitrary: fc.Arbitrary<T>) => ({ weight, arbitrary });

const published = fc.boolean();
const deed = fc.oneof(
  often(12, one("say", { person, room, count: few })),
  often(6, one("post", { slot, room, count: few, published })),
  often(1, one("post", { slot, room, count: many, published })),
  often(3, one("lose connection", { person, ms: fc.constantFrom(0, 300, 2000, 5000) })),
  often(3, one("reload", { person })),
  often(1, one("freeze page", { person, ms })),
  often(2, one("read older", { person, room })),
  often(2, one("kill node", { slot, ms })),
  often(2, one("freeze node", { slot, ms, deaf: fc.boolean() })),
  often(2, one("disturb bus", { share: fc.constantFrom(0.2, 0.6, 1), ms })),
  often(2, one("cut bus", { slot: fc.option(slot), ms })),
  often(1, one("break database", { ms })),
  often(1, one("stall database", { ms })),
  often(2, one("lose replies", { count: few })),
  often(3, one("trim", { room, count: fc.constantFrom(1, 3, 8) })),
  often(1, one("restore", { room, count: few })),
);

/** What a user does, or what fails. */
export type Deed = typeof deed extends fc.Arbitrary<infer T> ? T : never;

/** A run: its seed of chance, and deeds with the pauses before them. */
export interface Schedule {
  seed: number;
  nodes: number;
  deeds: [pause: number, deed: Deed][];
}

/** All runs. */
export const schedule: fc.Arbitrary<Schedule> = fc.record({
  seed: fc.nat(),
  nodes: fc.integer({ min: 2, max: nodesMax }),
  deeds: fc.array(fc.tuple(fc.constantFrom(0, 0, 3, 30, 200, 1000, 4000), deed), { maxLength: 25 }),
});
