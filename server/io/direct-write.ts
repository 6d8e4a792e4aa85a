// oxlint-disable no-underscore-dangle -- Node keeps what is needed here to itself
import type { Socket as TcpSocket } from "node:net";

/** One write to the operating system. */
interface WriteRequest {
  buffer?: Buffer;
  /** Called when what could not be written at once has been. */
  oncomplete?: () => void;
}

/** The parts of a TCP socket that Node keeps private; where they are not as expected the ordinary way is taken. */
interface Handle {
  /** Gives 0, or the number of an error, with nothing written. */
  writeBuffer(request: WriteRequest, bytes: Buffer): number;
  /** Bytes that the operating system has not taken yet. */
  readonly writeQueueSize: number;
}

type WriteRequestClass = new () => WriteRequest;
let Request: WriteRequestClass | null = null;

/** Of a write that is done at once nothing is kept, so the next one can have it. */
let request: WriteRequest | null = null;

/** Has the next ordinary write tell what such a request is made of. */
function learn(handle: Handle): void {
  if (typeof handle.writeBuffer !== "function" || typeof handle.writeQueueSize !== "number") return;
  handle.writeBuffer = (made, bytes) => {
    Request = made.constructor as WriteRequestClass;
    Reflect.deleteProperty(handle, "writeBuffer");
    return handle.writeBuffer(made, bytes);
  };
}

/**
 * Writes past Node's stream where nothing waits in it; the system call is the same. Gives false where it wrote
 * nothing: then `tcp.write` is the way, which also tells what was wrong.
 */
export function writeDirect(tcp: TcpSocket, bytes: Buffer): boolean {
  const handle = (tcp as unknown as { _handle: Handle | null })._handle;
  if (handle === null || tcp.writableLength > 0 || tcp.writableCorked > 0) return false;
  if (Request === null) {
    learn(handle);
    return false;
  }
  request ??= new Request();
  if (handle.writeBuffer(request, bytes) !== 0) return false;
  if (handle.writeQueueSize > 0) {
    // The reader is behind: what comes next waits in the stream, where it is counted.
    tcp.cork();
    request.buffer = bytes;
    request.oncomplete = () => tcp.uncork();
    request = null;
  }
  return true;
}
