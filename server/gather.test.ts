import { describe, expect, it } from "vitest";
import { gather, gatherTurn, shareEqual } from "./gather.js";

/** Reads that end when they are told to. */
function controlled() {
  const ends: (() => void)[] = [];
  const until = () => new Promise<void>((resolve) => ends.push(resolve));
  return { until, end: () => ends.shift()?.(), running: () => ends.length };
}

describe("gathered reads", () => {
  it("answer one alone at once, and all who come meanwhile by one more read", async () => {
    const { until, end } = controlled();
    const asked: number[][] = [];
    const read = gather<number, string>(async (keys) => {
      asked.push(keys);
      await until();
      return keys.map(String);
    });
    const first = read(1);
    const others = [read(2), read(3), read(2)];
    expect(asked).toEqual([[1]]);
    end();
    expect(await first).toBe("1");
    expect(asked).toEqual([[1], [2, 3, 2]]);
    end();
    expect(await Promise.all(others)).toEqual(["2", "3", "2"]);
  });

  it("fail together, and go on with the next", async () => {
    let broken = true;
    const read = gather<number, number>((keys) =>
      broken ? Promise.reject(new Error("away")) : Promise.resolve(keys),
    );
    await expect(read(1)).rejects.toThrow("away");
    broken = false;
    expect(await read(2)).toBe(2);
  });
});

describe("the reads of a turn", () => {
  it("are one, and wait for no other turn's", async () => {
    const { until, end } = controlled();
    const asked: number[][] = [];
    const read = gatherTurn<number, string>(async (keys) => {
      asked.push(keys);
      if (asked.length === 1) await until();
      return keys.map(String);
    });
    const slow = [read(1), read(2)];
    await new Promise((resolve) => setImmediate(resolve));
    expect(await Promise.all([read(3), read(4)])).toEqual(["3", "4"]);
    expect(asked).toEqual([
      [1, 2],
      [3, 4],
    ]);
    end();
    expect(await Promise.all(slow)).toEqual(["1", "2"]);
  });

  it("are bounded, as after a turn that took long", async () => {
    const asked: number[] = [];
    const read = gatherTurn<number, number>((keys) => {
      asked.push(keys.length);
      return Promise.resolve(keys);
    });
    const answers = await Promise.all(Array.from({ length: 2500 }, (_, n) => read(n)));
    expect(asked).toEqual([1000, 1000, 500]);
    expect(answers).toEqual(Array.from({ length: 2500 }, (_, n) => n));
  });

  it("fail together, and go on with the next", async () => {
    let broken = true;
    const read = gatherTurn<number, number>((keys) =>
      broken ? Promise.reject(new Error("away")) : Promise.resolve(keys),
    );
    const failed = await Promise.allSettled([read(1), read(2)]);
    expect(failed.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    broken = false;
    expect(await read(3)).toBe(3);
  });
});

describe("equal reads", () => {
  it("are shared by those who ask meanwhile, never with one that began before them", async () => {
    const { until, end, running } = controlled();
    let head = 1;
    let reads = 0;
    const share = shareEqual<number>();
    const read = () =>
      share("general", async () => {
        const seen = head;
        reads += 1;
        await until();
        return seen;
      });
    const first = read();
    head = 2;
    const late = [read(), read()];
    expect(running()).toBe(1);
    end();
    expect(await first).toBe(1);
    end();
    expect(await Promise.all(late)).toEqual([2, 2]);
    expect(reads).toBe(2);
    const again = read();
    end();
    expect(await again).toBe(2);
    expect(reads).toBe(3);
  });

  it("of different keys do not wait for each other, and a failed one does not spoil the next", async () => {
    const share = shareEqual<string>();
    const never = share("a", () => new Promise(() => {}));
    expect(await share("b", () => Promise.resolve("b"))).toBe("b");
    await expect(share("c", () => Promise.reject(new Error("away")))).rejects.toThrow("away");
    expect(await share("c", () => Promise.resolve("c"))).toBe("c");
    expect(never).toBeInstanceOf(Promise);
  });
});
