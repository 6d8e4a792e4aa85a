// The closed sets of label values: nothing that a client or an outside service says becomes a series (T34).

/** Why a message from Redis was dropped. */
export const dropReasons = [
  "too_big",
  "other_version",
  "bad_seal",
  "unknown_boot",
  "too_old",
  "repeated",
  "undecodable",
  "bad_shape",
  "bad_request",
  "bad_response",
  "listener_threw",
  "outside_too_big",
  "outside_undecodable",
  "outside_bad_shape",
  "outside_unknown_event",
  "outside_rate_limited",
] as const;

/** What may refuse for being too much. */
export const limitNames = [
  "messages",
  "commands",
  "logins",
  "guests",
  "metrics",
  "connections_per_user",
  "connections_per_ip",
] as const;

/** Where wrong credentials are met. */
export const authFailures = ["login", "emitter", "metrics"] as const;

/** What prom-client tells garbage collections apart by. */
export const gcKinds = ["major", "minor", "incremental", "weakcb"] as const;
