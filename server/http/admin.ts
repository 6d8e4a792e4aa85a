import { Router } from "express";
import type { ClusterHealth } from "../../shared/cluster.js";
import { announcementInput, type Announcement } from "../../shared/facts.js";
import { bodyOf } from "./body.js";
import { requireAdmin, type CurrentUser } from "./session-user.js";

/** What the admin routes work with. */
export interface AdminDeps {
  current: CurrentUser;
  health(): Promise<ClusterHealth>;
  announce(input: Pick<Announcement, "text" | "level">): Announcement;
}

/** `/admin`: the cluster as the dashboard shows it, and announcements to every chat page. */
export function adminRoutes({ current, health, announce }: AdminDeps): Router {
  const router = Router();
  router.get("/admin/cluster", async (request, response) => {
    await requireAdmin(current, request);
    response.json(await health());
  });
  router.post("/admin/announcements", async (request, response) => {
    await requireAdmin(current, request);
    response.status(201).json({ announcement: announce(bodyOf(request, announcementInput)) });
  });
  return router;
}
