// What every instance does by itself, as it stands in the code. Where the code changes, these do.

/** Heartbeats that all nodes hear, of each node a second: one on the base channel of each namespace (bus/echo.ts). */
export const heardBeats = 2;

/** Publishes of an idle node a second: those, and one on its own channel (bus/open-bus.ts, `bases`). */
export const beats = heardBeats + 1;

/** Looks at the registry a second: all entries, and `PUBSUB NUMSUB` of all (cluster/membership.ts, `lookEveryMs`). */
export const looks = 1;

/** Seconds between heartbeats: leases are renewed, all local rooms read (HEARTBEAT_INTERVAL_MS). */
export const heartbeatSeconds = 10;

/** Looks at heads a second: one statement over all local rooms (HEAD_POLL_INTERVAL_MS). */
export const headLooks = 1;

/** Seconds between looks at the sessions of all local sockets, one statement (io/revocation.ts, `everyMs`). */
const sessionSeconds = 5;

/** Seconds that changes of presence are gathered for (PRESENCE_DEBOUNCE_MS). */
export const debounceSeconds = 0.5;

/** Statements of an idle node a second: `SELECT 1` (database/ready.ts). */
const idleStatements = 1;

/** Statements of a node with sockets a second: that, heads and sessions. */
export const nodeStatements = idleStatements + headLooks + 1 / sessionSeconds;

/** Of what a room or a member costs at a heartbeat, the lease is one half, the reading the other (presence/store.ts). */
export const readShare = 0.5;

/** A part of one core that a process may be busy with, so that latencies stay low. */
export const busyMax = 0.6;
