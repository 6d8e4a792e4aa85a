import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Outgoing } from "../../shared/outbox.js";
import { createOutboxStorage, type OutboxStorage } from "./outbox-storage.js";

/** `localStorage` as the browser's: its keys are own properties, its methods are not. */
class MemoryStorage {
  [key: string]: unknown;
  getItem(key: string): string | null {
    const value = this[key];
    return typeof value === "string" ? value : null;
  }
  setItem(key: string, value: string): void {
    this[key] = value;
  }
  removeItem(key: string): void {
    delete this[key];
  }
}

const entry = (clientId: string): Outgoing => ({
  action: { name: "message:send", input: { room: "general", clientId, text: clientId } },
  error: null,
});
const ids = (entries: readonly Outgoing[]) => entries.map(({ action }) => action.input.clientId);

beforeEach(() => vi.stubGlobal("localStorage", new MemoryStorage()));
afterEach(() => vi.unstubAllGlobals());

describe("the kept outboxes of a user's pages", () => {
  it("are apart by page and by user", () => {
    const [one, two] = [createOutboxStorage("ann", "p1"), createOutboxStorage("ann", "p2")];
    one.keep([entry("a")]);
    two.keep([entry("b")]);
    createOutboxStorage("anna", "p3").keep([entry("c")]);
    expect(one.others()).toEqual(["p2"]);
    expect(ids(one.entriesOf("p2"))).toEqual(["b"]);
    two.keep([]);
    expect(one.others()).toEqual([]);
  });

  it("pass from a gone page to one heir: who asks later finds nothing", () => {
    createOutboxStorage("ann", "gone").keep([entry("a")]);
    const taken: string[][] = [];
    for (const heir of ["p1", "p2"])
      createOutboxStorage("ann", heir).inherit("gone", (left) => taken.push(ids(left)));
    expect(taken).toEqual([["a"], []]);
  });

  it("are dropped only after the heir has kept them", () => {
    createOutboxStorage("ann", "gone").keep([entry("a")]);
    const heir = createOutboxStorage("ann", "p1");
    const crash = () => heir.inherit("gone", () => fail());
    const fail = () => {
      throw new Error("the page crashed");
    };
    expect(crash).toThrow("crashed");
    expect(ids(heir.entriesOf("gone"))).toEqual(["a"]);
  });

  it("include the list all pages shared before", () => {
    const old = [{ room: "general", clientId: "a", text: "a", error: null }];
    localStorage.setItem("parley:outbox:ann", JSON.stringify(old));
    const storage = createOutboxStorage("ann", "p1");
    expect(storage.others()).toEqual([""]);
    expect(storage.entriesOf("")).toEqual([entry("a")]);
    storage.inherit("", (left) => storage.keep(left));
    expect(localStorage.getItem("parley:outbox:ann")).toBeNull();
  });

  it("survive what cannot be read", () => {
    localStorage.setItem("parley:outbox:ann:p2", "{");
    const storage = createOutboxStorage("ann", "p1");
    expect(storage.entriesOf("p2")).toEqual([]);
    expect(storage.owns("parley:outbox:ann:p2") && !storage.owns("parley:rooms:ann")).toBe(true);
  });
});

type Step = { do: "open" | "close" | "add" | "accept"; page: number };

/** Pages open, write, send and close, each gone one is inherited by a living page; answers who sends what. */
function live(steps: Step[]): { added: string[]; accepted: string[]; owners: Map<string, string[]> } {
  vi.stubGlobal("localStorage", new MemoryStorage());
  const pages: { name: string; storage: OutboxStorage; entries: Outgoing[] }[] = [];
  const added: string[] = [];
  const accepted: string[] = [];
  let names = 0;
  function adopt(): void {
    const living = new Set(pages.map(({ name }) => name));
    for (const page of pages)
      for (const other of page.storage.others())
        if (!living.has(other))
          page.storage.inherit(other, (left) => {
            page.entries = [...left, ...page.entries];
            page.storage.keep(page.entries);
          });
  }
  function open(): void {
    names += 1;
    const name = `p${names}`;
    pages.push({ name, storage: createOutboxStorage("ann", name), entries: [] });
  }
  for (const step of [...steps, { do: "open" as const, page: 0 }]) {
    if (step.do === "open") open();
    else if (step.do === "close") pages.shift();
    else {
      const page = pages[step.page % Math.max(1, pages.length)];
      if (!page) continue;
      if (step.do === "add") {
        added.push(`c${added.length}`);
        page.entries = [...page.entries, entry(`c${added.length - 1}`)];
      } else {
        accepted.push(...ids(page.entries.slice(0, 1)));
        page.entries = page.entries.slice(1);
      }
      page.storage.keep(page.entries);
    }
    adopt();
  }
  const owners = new Map<string, string[]>();
  for (const { name, entries } of pages)
    for (const id of ids(entries)) owners.set(id, [...(owners.get(id) ?? []), name]);
  return { added, accepted, owners };
}

describe("pages that come and go", () => {
  it("lose nothing, and each entry has one page that sends it", () => {
    const step: fc.Arbitrary<Step> = fc.record({
      do: fc.constantFrom<Step["do"]>("open", "close", "add", "add", "accept"),
      page: fc.nat(4),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { added, accepted, owners } = live(steps);
        expect([...accepted, ...owners.keys()].sort()).toEqual([...added].sort());
        expect([...owners.values()].every((names) => names.length === 1)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
