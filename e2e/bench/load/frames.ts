// WebSocket frames as a client needs them (RFC 6455), with no more work per frame than a look at its header.

/** Text and close, ping and pong: the kinds of frames. */
export const opcodes = { text: 1, close: 8, ping: 9, pong: 10 } as const;

/** Takes a frame's payload, `bytes` from `start` up to `end`; the bytes are only good during the call. */
export type TakeFrame = (opcode: number, bytes: Buffer, start: number, end: number) => void;

/** A client's frame. Clients must mask; a key of zeros leaves the text as it is. */
export function clientFrame(text: string, opcode: number = opcodes.text): Buffer {
  const size = Buffer.byteLength(text);
  if (size > 0xffff) throw new RangeError("a frame of the load is small");
  const headerSize = size < 126 ? 6 : 8;
  const frame = Buffer.alloc(headerSize + size);
  frame[0] = 0x80 | opcode;
  if (size < 126) frame[1] = 0x80 | size;
  else {
    frame[1] = 0x80 | 126;
    frame.writeUInt16BE(size, 2);
  }
  frame.write(text, headerSize);
  return frame;
}

/** Where the payload of the frame at `start` begins and ends; null while its header is not there as a whole. */
function payloadOf(bytes: Buffer, start: number, available: number): [from: number, to: number] | null {
  if (available - start < 2) return null;
  const size = (bytes[start + 1] as number) & 0x7f;
  if (size < 126) return [start + 2, start + 2 + size];
  const headerSize = size === 126 ? 4 : 10;
  if (available - start < headerSize) return null;
  const from = start + headerSize;
  const long = size === 126 ? bytes.readUInt16BE(start + 2) : Number(bytes.readBigUInt64BE(start + 2));
  return [from, from + long];
}

/** Cuts what a server sends into frames: to be called with every piece that arrives, `size` bytes of it. */
export function createFrameReader(take: TakeFrame): (piece: Buffer, size: number) => void {
  let rest: Buffer | null = null;
  return (piece, size) => {
    const bytes: Buffer = rest === null ? piece : Buffer.concat([rest, piece.subarray(0, size)]);
    const available = rest === null ? size : bytes.length;
    let at = 0;
    for (;;) {
      const payload = payloadOf(bytes, at, available);
      if (payload === null || payload[1] > available) break;
      take((bytes[at] as number) & 0x0f, bytes, payload[0], payload[1]);
      at = payload[1];
    }
    rest = at === available ? null : Buffer.from(bytes.subarray(at, available));
  };
}
