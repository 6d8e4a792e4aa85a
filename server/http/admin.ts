import { Router } from "express";
import type { ClusterHealth } from "../../shared/cluster.js";
import { userId } from "../../shared/values.js";
import { announcementInput, type Announcement } from "../../shared/facts.js";
import { banInput, muteInput } from "../../shared/http.js";
import type { Moderation } from "../moderation/moderation.js";
import { bodyOf, idIn } from "./body.js";
import { requireAdmin, type CurrentUser } from "./session-user.js";

/** What the admin routes work with. */
export interface AdminDeps {
  current: CurrentUser;
  health(): Promise<ClusterHealth>;
  moderation: Moderation;
  announce(input: Pick<Announcement, "text" | "level">): Announcement;
}

/** `/admin`: the cluster as the dashboard shows it, announcements to every chat page, and moderation. */
export function adminRoutes({ current, health, moderation, announce }: AdminDeps): Router {
  const router = Router();
  router.get("/admin/cluster", async (request, response) => {
    await requireAdmin(current, request);
    response.json(await health());
  });
  router.post("/admin/announcements", async (request, response) => {
    await requireAdmin(current, request);
    response.status(201).json({ announcement: announce(bodyOf(request, announcementInput)) });
  });

  router.post("/admin/users/:id/kick", async (request, response) => {
    const admin = await requireAdmin(current, request);
    await moderation.kick(admin, idIn(request, "id", userId), bodyOf(request, banInput).reason);
    response.status(204).end();
  });
  router.put("/admin/users/:id/ban", async (request, response) => {
    const admin = await requireAdmin(current, request);
    await moderation.ban(admin, idIn(request, "id", userId), bodyOf(request, banInput).reason);
    response.status(204).end();
  });
  router.delete("/admin/users/:id/ban", async (request, response) => {
    await requireAdmin(current, request);
    await moderation.unban(idIn(request, "id", userId));
    response.status(204).end();
  });
  router.put("/admin/users/:id/mute", async (request, response) => {
    const admin = await requireAdmin(current, request);
    await moderation.mute(admin, idIn(request, "id", userId), bodyOf(request, muteInput).seconds);
    response.status(204).end();
  });
  router.delete("/admin/users/:id/mute", async (request, response) => {
    await requireAdmin(current, request);
    await moderation.unmute(idIn(request, "id", userId));
    response.status(204).end();
  });
  return router;
}
