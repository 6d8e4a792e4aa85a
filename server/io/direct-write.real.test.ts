import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../test/services.js";
import { writeDirect } from "./direct-write.js";

let server: Server;
const open: Socket[] = [];

beforeAll(async () => {
  server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // The first write teaches how; from then on it works.
  const { writer } = await pair();
  if (!writeDirect(writer, Buffer.from("x"))) writer.write(Buffer.from("x"));
});
afterEach(() => {
  for (const tcp of open.splice(0)) tcp.destroy();
});
afterAll(() => server.close());

/** Both ends of a connection; what the reader hears is kept. */
async function pair() {
  const accepted = once(server, "connection") as Promise<[Socket]>;
  const reader = connect((server.address() as AddressInfo).port, "127.0.0.1");
  const [writer] = await accepted;
  open.push(reader, writer);
  for (const tcp of [reader, writer]) tcp.on("error", () => {});
  const heard: Buffer[] = [];
  reader.on("data", (bytes) => void heard.push(bytes));
  return { reader, writer, heard: () => Buffer.concat(heard) };
}

/** Numbered lines of about that size, so that what is lost, twice or out of order shows. */
const createLines = () => {
  let n = 0;
  return (size: number) => Buffer.from(`${(n += 1)} ${"x".repeat(size)}\n`);
};

/** Writes directly until the reader's side holds no more. */
function fill(writer: Socket, line: (size: number) => Buffer): Buffer[] {
  const written: Buffer[] = [];
  while (written.length < 500) {
    const bytes = line(60_000);
    if (!writeDirect(writer, bytes)) return written;
    written.push(bytes);
  }
  throw new Error("30 MB were not too much");
}

describe("a direct write", () => {
  it("is done at once", async () => {
    const { writer, heard } = await pair();
    expect(writeDirect(writer, Buffer.from("hello"))).toBe(true);
    expect([writer.writableLength, writer.bytesWritten]).toEqual([0, 5]);
    await eventually("the reader", () => heard().toString() === "hello");
  });

  it("does not overtake what waits in the stream", async () => {
    const { writer, heard } = await pair();
    writer.cork();
    expect(writeDirect(writer, Buffer.from("direct"))).toBe(false);
    writer.write("ordinary");
    writer.uncork();
    await eventually("the reader", () => heard().toString() === "ordinary");
  });

  it("writes nothing to a socket that is gone", async () => {
    const { writer } = await pair();
    writer.destroy();
    expect(writeDirect(writer, Buffer.from("x"))).toBe(false);
  });

  it("leaves the rest to the stream when the reader is behind, where it is counted, and goes on afterwards", async () => {
    const { reader, writer, heard } = await pair();
    reader.pause();
    const line = createLines();
    const written = fill(writer, line);
    for (let n = 0; n < 10; n += 1) {
      const bytes = line(1000);
      expect(writeDirect(writer, bytes)).toBe(false);
      writer.write(bytes);
      written.push(bytes);
    }
    expect(writer.writableLength).toBeGreaterThan(10_000);
    reader.resume();
    const all = Buffer.concat(written);
    await eventually("all of it", () => heard().length >= all.length, 10_000);
    expect(heard().equals(all)).toBe(true);
    expect(writer.writableLength).toBe(0);
    expect(writeDirect(writer, Buffer.from("again"))).toBe(true);
    await eventually("what came after", () => heard().length === all.length + 5);
  });

  it("goes on with each of several readers that are behind", async () => {
    const all = [await pair(), await pair(), await pair()];
    const line = createLines();
    for (const { reader } of all) reader.pause();
    const written = all.map(({ writer }) => Buffer.concat(fill(writer, line)));
    for (const { reader } of all) reader.resume();
    for (const [n, { writer, heard }] of all.entries()) {
      await eventually("all of it", () => heard().length >= (written[n]?.length ?? 0), 10_000);
      expect(heard().equals(written[n] ?? Buffer.of())).toBe(true);
      expect(writeDirect(writer, Buffer.from("again"))).toBe(true);
    }
  });

  it("keeps the order among all ways of writing, readers that stop and go, and turns of the loop", async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constantFrom("direct" as const, "stream" as const), size: fc.nat(40_000) }),
      fc.record({
        kind: fc.constantFrom("cork" as const, "pause" as const, "resume" as const, "turn" as const),
      }),
      fc.record({ kind: fc.constantFrom("fill" as const, "flood" as const) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { reader, writer, heard } = await pair();
        const line = createLines();
        const written: Buffer[] = [];
        for (const one of steps) {
          if (one.kind === "direct" || one.kind === "stream") {
            const bytes = line(one.size);
            if (one.kind === "stream" || !writeDirect(writer, bytes)) writer.write(bytes);
            written.push(bytes);
          } else if (one.kind === "cork") {
            writer.cork();
            process.nextTick(() => writer.uncork());
          } else if (one.kind === "turn") await new Promise((resolve) => setImmediate(resolve));
          else if (one.kind === "fill") {
            reader.pause();
            written.push(...fill(writer, line));
          } else if (one.kind === "flood") {
            reader.pause();
            const bytes = line(8_000_000);
            writer.write(bytes);
            written.push(bytes);
          } else reader[one.kind]();
        }
        reader.resume();
        const all = Buffer.concat(written);
        await eventually("all of it", () => heard().length >= all.length, 10_000);
        expect(heard().equals(all)).toBe(true);
        writer.destroy();
      }),
      { numRuns: 40 },
    );
  }, 60_000);
});
