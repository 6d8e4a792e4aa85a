import { z } from "zod";

/**
 * The closed table of error codes, the same for HTTP and for acks.
 * `retryable` tells a client whether the same request may succeed later: it decides by this flag, never by text.
 */
export const errorTable = {
  invalid: { status: 400, retryable: false },
  unauthenticated: { status: 401, retryable: false },
  forbidden: { status: 403, retryable: false },
  not_found: { status: 404, retryable: false },
  conflict: { status: 409, retryable: false },
  unsupported_media_type: { status: 415, retryable: false },
  rate_limited: { status: 429, retryable: true },
  internal: { status: 500, retryable: true },
  unavailable: { status: 503, retryable: true },
} as const;

/** One of the codes of `errorTable`. */
export type ErrorCode = keyof typeof errorTable;

/** The error object of HTTP bodies (under `error`) and of refused acks. */
export const errorBody = z.object({
  code: z.enum(Object.keys(errorTable) as [ErrorCode, ...ErrorCode[]]),
  message: z.string(),
  retryable: z.boolean(),
  retryAfterMs: z.number().int().nonnegative().optional(),
});

/** What `errorBody` describes. */
export type ErrorBody = z.infer<typeof errorBody>;
