import express, { type Request, type RequestHandler } from "express";
import type { z } from "zod";
import { limits } from "../../shared/limits.js";
import { Failure, invalid } from "../failure.js";

const json = express.json({ limit: limits.packetBytes, strict: true, type: "application/json" });

/** JSON bodies only: anything else in a request that changes state is refused, also what a form can send (T4). */
export const readJson: RequestHandler = (request, response, next) => {
  const hasBody =
    request.headers["content-length"] !== undefined || request.headers["transfer-encoding"] !== undefined;
  if (hasBody && request.headers["content-length"] !== "0" && !request.is("application/json"))
    return next(new Failure("unsupported_media_type", "body: JSON only"));
  json(request, response, next);
};

/** The checked body; fails with `invalid`, naming the field. */
export function bodyOf<S extends z.ZodType>(request: Request, schema: S): z.infer<S> {
  const result = schema.safeParse(request.body ?? {});
  if (!result.success) throw invalid(result.error);
  return result.data;
}

/** An id out of the address; what can not be one does not exist. */
export function idIn(request: Request, name: string, schema: z.ZodType<string>): string {
  const result = schema.safeParse(request.params[name]);
  if (!result.success) throw new Failure("not_found", "no such address");
  return result.data;
}
