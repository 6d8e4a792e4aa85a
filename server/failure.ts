import { errorTable, type ErrorBody, type ErrorCode } from "../shared/errors.js";

/** A refusal that the caller is told about, by a code of the contract's table. */
export class Failure extends Error {
  override readonly name = "Failure";
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly retryAfterMs?: number,
    /** HTTP status where it is not the code's own. */
    readonly status: number = errorTable[code].status,
  ) {
    super(message);
  }
}

/** Turns anything thrown into the contract's error object; what is not a `Failure` tells nothing of its inside. */
export function toErrorBody(error: unknown): ErrorBody {
  const failure = error instanceof Failure ? error : new Failure("internal", "something went wrong here");
  return {
    code: failure.code,
    message: failure.message,
    retryable: errorTable[failure.code].retryable,
    ...(failure.retryAfterMs === undefined ? {} : { retryAfterMs: failure.retryAfterMs }),
  };
}

interface Issue {
  path: PropertyKey[];
  message: string;
  keys?: string[];
}

/** The `invalid` failure for a zod error, naming the first wrong field. */
export function invalid(error: { issues: readonly object[] }): Failure {
  const issue = error.issues[0] as Issue | undefined;
  const field = issue?.keys?.join(", ") ?? issue?.path.map(String).join(".") ?? "";
  return new Failure("invalid", `${field === "" ? "input" : field}: ${issue?.message ?? "wrong"}`);
}
