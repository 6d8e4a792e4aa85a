// After a node's end all its clients come back at once: what they ask is spread over a moment.
const spreadMs = 500;
const herdMs = 5000;
let herdUntil = 0;

/** Says that the connection is new: for some seconds many others' may be too. */
export function noteConnected(): void {
  herdUntil = Date.now() + herdMs;
}

/** A random part of the moment. */
export function jitterMs(): number {
  return Math.random() * spreadMs;
}

/** The time to wait for a read: longer by a random part of the moment while many ask. */
export function spread(ms: number): number {
  return Date.now() < herdUntil ? ms + jitterMs() : ms;
}
