import { Router, type Request } from "express";
import { announcementInput, type Announcement } from "../../shared/facts.js";
import { idempotencyKey, outsidePost } from "../../shared/http.js";
import { Failure } from "../failure.js";
import type { Limiter } from "../limits/limiter.js";
import type { Metrics } from "../metrics/metrics.js";
import type { PostFromOutside } from "../outside/posts.js";
import { bodyOf, readJson } from "./body.js";
import { hasKey } from "./keys.js";

/** What the emitter does for outside services. */
export interface EmitterDeps {
  /** `EMITTER_API_KEY`; none: the routes are closed. */
  keys: string[];
  metrics: Metrics;
  announce(input: Pick<Announcement, "text" | "level">): Announcement;
  limiter: Limiter;
  post: PostFromOutside;
}

/** `/v1` of the emitter, for outside services with `EMITTER_API_KEY`. */
export function emitterRoutes({ keys, metrics, announce, limiter, post }: EmitterDeps): Router {
  const router = Router();
  router.use("/v1", (request, _response, next) => {
    if (keys.length === 0) throw new Failure("unavailable", "EMITTER_API_KEY is not set here");
    if (!hasKey(request, keys)) {
      metrics.authFailures.inc({ what: "emitter" });
      throw new Failure("unauthenticated", "EMITTER_API_KEY is needed");
    }
    next();
  });
  // After the key: who has none learns nothing, and has nothing read.
  router.use("/v1", readJson);
  router.post("/v1/announcements", (request, response) => {
    response.status(201).json({ announcement: announce(bodyOf(request, announcementInput)) });
  });
  router.post("/v1/messages", async (request, response) => {
    const key = idempotencyKeyOf(request);
    const input = bodyOf(request, outsidePost);
    await limiter.take("messages", `ext:${input.source}`);
    const { receipt, repeated } = await post(key, input);
    response.status(repeated ? 200 : 201).json(receipt);
  });
  return router;
}

function idempotencyKeyOf(request: Request): string {
  const key = idempotencyKey.safeParse(request.headers["idempotency-key"]);
  if (key.success) return key.data;
  throw new Failure("invalid", `Idempotency-Key: ${key.error.issues[0]?.message ?? "wrong"}`);
}
