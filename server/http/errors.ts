import type { ErrorRequestHandler, RequestHandler } from "express";
import { Failure, toErrorBody } from "../failure.js";
import { messageOf, type Log } from "../metrics/log.js";

/** What express and body-parser throw carries a status of its own. */
function asFailure(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof Failure) return error;
  const { status, type } = error as { status?: unknown; type?: unknown };
  if (status === 413) return new Failure("invalid", "body: at most 64 KiB", undefined, 413);
  if (status === 404) return new Failure("not_found", "no such address");
  if (status === 415) return new Failure("unsupported_media_type", "body: JSON in UTF-8 only");
  if (type === "entity.parse.failed") return new Failure("invalid", "body: not JSON");
  if (typeof status === "number" && status >= 400 && status < 500)
    return new Failure("invalid", "request: malformed");
  return error;
}

/** The one error handler: the contract's body, and nothing of the inside. */
export function answerErrors(log: Log): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    const failure = asFailure(error);
    if (!(failure instanceof Failure))
      log.error({ error: messageOf(error), method: request.method }, "request failed");
    if (response.headersSent) return next(error);
    const body = toErrorBody(failure);
    if (body.retryAfterMs !== undefined)
      response.set("Retry-After", String(Math.ceil(body.retryAfterMs / 1000)));
    response.status(failure instanceof Failure ? failure.status : 500).json({ error: body });
  };
}

/** The end of the chain. */
export const notFound: RequestHandler = () => {
  throw new Failure("not_found", "no such address");
};
