import { encode } from "notepack.io";
import { expect, it } from "vitest";
import { readPlain } from "./msgpack.js";

const many = (length: number) => Array.from({ length }, (_, i) => i);
const nested = (depth: number): unknown => (depth === 0 ? "core" : [nested(depth - 1)]);

it.each([
  [null],
  [true],
  [false],
  [[0, 127, 128, 255, 256, 65_535, 65_536, 4_294_967_295, 4_294_967_296, Number.MAX_SAFE_INTEGER]],
  [[-1, -32, -33, -128, -129, -32_768, -32_769, -2_147_483_648, -2_147_483_649, Number.MIN_SAFE_INTEGER]],
  [[0.1, -1.5e-300]],
  ["é🎉 and NUL \u0000, \uFEFF"],
  ["x".repeat(40)],
  ["x".repeat(300)],
  ["x".repeat(70_000)],
  [many(15)],
  [many(16)],
  [many(70_000)],
  [{}],
  [{ a: { b: [1, { constructor: "own" }] } }],
  [Object.fromEntries(many(20).map((i) => [`key ${i}`, i]))],
  [Object.fromEntries(many(66_000).map((i) => [`${i}`, i]))],
])("reads what the stock encoder writes: %#", (value) => {
  expect(readPlain(encode(value), 8)).toStrictEqual(value);
});

it("takes exactly the depth it is given", () => {
  expect(readPlain(encode(nested(8)), 8)).toEqual(nested(8));
  expect(() => readPlain(encode(nested(9)), 8)).toThrow("nested too deep");
});

const header = (...bytes: number[]) => Buffer.from(bytes);
it.each<[string, Buffer]>([
  ["nothing", Buffer.alloc(0)],
  ["the head that is never used", header(0xc1)],
  ["binary", encode({ a: Buffer.from("x") })],
  ["a date", encode(new Date())],
  ["undefined", header(0xd4, 0x00, 0x00)],
  ["NaN", encode([Number.NaN])],
  ["infinity", encode([Infinity])],
  ["bytes left over", Buffer.concat([encode(1), encode(2)])],
  ["a text cut short", header(0xa5, 0x61)],
  ["a text that is not UTF-8", header(0xa2, 0xc3, 0x28)],
  ["a lone surrogate", header(0xa3, 0xed, 0xa0, 0x80)],
  ["a key that is a number", header(0x81, 0x01, 0x02)],
  ["a key that is a map", header(0x81, 0x80, 0x02)],
  ["__proto__", Buffer.concat([header(0x81), encode("__proto__"), encode({ admin: true })])],
  ["an extension of 4 GiB", header(0xc9, 0xff, 0xff, 0xff, 0xff, 0x00)],
  ["a list of 2 Gi parts", header(0xdd, 0x7f, 0xff, 0xff, 0xff)],
  // Each header makes the stock decoder set aside 256 MB before it looks at the next.
  ["lists of 33 Mi parts in one another", Buffer.from("dd01ffffff".repeat(6000), "hex")],
  ["maps in one another", Buffer.from("81a161".repeat(6000), "hex")],
])("refuses %s", (_name, bytes) => {
  const before = process.memoryUsage().rss;
  expect(() => readPlain(bytes, 8)).toThrow();
  expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
});

it("never makes a prototype out of what it reads", () => {
  const made = readPlain(encode({ constructor: { prototype: { admin: true } } }), 8);
  expect(Object.getPrototypeOf(made)).toBe(Object.prototype);
  expect(({} as { admin?: unknown }).admin).toBeUndefined();
});
