import { expect, it } from "vitest";
import { clientFrame, createFrameReader } from "./frames.js";

/** A server's frame: a client's without its mask. */
function serverFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const size = payload.length;
  const header = Buffer.alloc(size < 126 ? 2 : size < 65_536 ? 4 : 10);
  header[0] = 0x81;
  header[1] = size < 126 ? size : size < 65_536 ? 126 : 127;
  if (header.length === 4) header.writeUInt16BE(size, 2);
  if (header.length === 10) header.writeBigUInt64BE(BigInt(size), 2);
  return Buffer.concat([header, payload]);
}

const short = ["", "short", "x".repeat(125), "y".repeat(126), "last"];
const long = [...short, "ä".repeat(40_000), "last"];

it.each([
  [1, short],
  [7, short],
  [1000, long],
  [300_000, long],
])("reads every frame whole from pieces of %i bytes", (size, texts) => {
  const stream = Buffer.concat(texts.map(serverFrame));
  const seen: string[] = [];
  const read = createFrameReader((opcode, bytes, start, end) => {
    expect(opcode).toBe(1);
    seen.push(bytes.toString("utf8", start, end));
  });
  const piece = Buffer.alloc(size);
  for (let at = 0; at < stream.length; at += size) read(piece, stream.copy(piece, 0, at, at + size));
  expect(seen).toEqual(texts);
});

it("writes no frame that is too long for it", () => {
  expect(() => clientFrame("x".repeat(70_000))).toThrow(RangeError);
});
