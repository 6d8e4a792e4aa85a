import { Router } from "express";
import type { Health } from "../../shared/http.js";

/** `/livez` and `/health` of every role: no session, no key, no waiting for anything. */
export function healthRoutes(health: () => Health): Router {
  const router = Router();
  router.get("/livez", (_request, response) => {
    response.json({ status: "ok" });
  });
  router.get("/health", (_request, response) => {
    const body = health();
    response.set("Cache-Control", "no-store");
    response.status(body.status === "ok" || body.status === "degraded" ? 200 : 503).json(body);
  });
  return router;
}
