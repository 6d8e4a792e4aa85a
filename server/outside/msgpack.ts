const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads msgpack that says what JSON can say, nested `depthMax` deep at most, into new objects. A common decoder takes a
 * header's word for a length: five bytes from a stranger cost it gigabytes. Here nothing can be longer than the bytes
 * that are there.
 * @throws for anything else: binary, extensions, keys that are no text or `__proto__`, bytes left over.
 */
export function readPlain(bytes: Buffer, depthMax: number): unknown {
  let at = 0;

  /** Where the next `count` bytes begin. */
  function take(count: number): number {
    if (count > bytes.length - at) throw new Error("longer than its bytes");
    at += count;
    return at - count;
  }
  const uint = (size: 1 | 2 | 4) => bytes.readUIntBE(take(size), size);
  const int = (size: 1 | 2 | 4) => bytes.readIntBE(take(size), size);

  function finite(value: number): number {
    if (!Number.isFinite(value)) throw new Error("no number of JSON");
    return value;
  }

  function text(length: number): string {
    const start = take(length);
    return utf8.decode(bytes.subarray(start, at));
  }

  /** `length` parts of something nested; each takes a byte at least. */
  function parts<T>(length: number, depth: number, part: (depth: number) => T): T[] {
    if (depth >= depthMax) throw new Error("nested too deep");
    if (length > bytes.length - at) throw new Error("longer than its bytes");
    return Array.from({ length }, () => part(depth + 1));
  }
  const list = (length: number, depth: number) => parts(length, depth, read);
  const map = (length: number, depth: number) => Object.fromEntries(parts(length, depth, entry));

  function entry(depth: number): [string, unknown] {
    const key = read(depth);
    if (typeof key !== "string" || key === "__proto__") throw new Error("no key of JSON");
    return [key, read(depth)];
  }

  function read(depth: number): unknown {
    const head = uint(1);
    if (head < 0x80) return head;
    if (head < 0x90) return map(head & 0x0f, depth);
    if (head < 0xa0) return list(head & 0x0f, depth);
    if (head < 0xc0) return text(head & 0x1f);
    if (head > 0xdf) return head - 0x100;
    const readRest = heads[head];
    if (readRest === undefined) throw new Error("not in JSON");
    return readRest(depth);
  }

  const heads: Record<number, (depth: number) => unknown> = {
    0xc0: () => null,
    0xc2: () => false,
    0xc3: () => true,
    0xca: () => finite(bytes.readFloatBE(take(4))),
    0xcb: () => finite(bytes.readDoubleBE(take(8))),
    0xcc: () => uint(1),
    0xcd: () => uint(2),
    0xce: () => uint(4),
    0xcf: () => Number(bytes.readBigUInt64BE(take(8))),
    0xd0: () => int(1),
    0xd1: () => int(2),
    0xd2: () => int(4),
    0xd3: () => Number(bytes.readBigInt64BE(take(8))),
    0xd9: () => text(uint(1)),
    0xda: () => text(uint(2)),
    0xdb: () => text(uint(4)),
    0xdc: (depth) => list(uint(2), depth),
    0xdd: (depth) => list(uint(4), depth),
    0xde: (depth) => map(uint(2), depth),
    0xdf: (depth) => map(uint(4), depth),
  };

  const value = read(0);
  if (at !== bytes.length) throw new Error("bytes left over");
  return value;
}
