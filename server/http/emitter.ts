import { Router } from "express";
import { announcementInput, type Announcement } from "../../shared/facts.js";
import { Failure } from "../failure.js";
import type { Metrics } from "../metrics/metrics.js";
import { bodyOf } from "./body.js";
import { hasKey } from "./keys.js";

/** `/v1` of the emitter, for outside services with `EMITTER_API_KEY`. */
export function emitterRoutes(
  keys: string[],
  metrics: Metrics,
  announce: (input: Pick<Announcement, "text" | "level">) => Announcement,
): Router {
  const router = Router();
  router.use("/v1", (request, _response, next) => {
    if (keys.length === 0) throw new Failure("unavailable", "EMITTER_API_KEY is not set here");
    if (!hasKey(request, keys)) {
      metrics.authFailures.inc({ what: "emitter" });
      throw new Failure("unauthenticated", "EMITTER_API_KEY is needed");
    }
    next();
  });
  router.post("/v1/announcements", (request, response) => {
    response.status(201).json({ announcement: announce(bodyOf(request, announcementInput)) });
  });
  return router;
}
