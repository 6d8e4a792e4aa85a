import { Router } from "express";
import type { ClusterHealth } from "../../shared/cluster.js";
import { userId } from "../../shared/values.js";
import { announcementInput, type Announcement } from "../../shared/facts.js";
import { banInput, muteInput, roleInput } from "../../shared/http.js";
import type { Moderation } from "../moderation/moderation.js";
import { instanceId } from "../../shared/cluster.js";
import { Failure } from "../failure.js";
import { bodyOf, idIn } from "./body.js";
import { requireAdmin, type CurrentUser } from "./session-user.js";

/** What the admin routes work with. */
export interface AdminDeps {
  current: CurrentUser;
  health(): Promise<ClusterHealth>;
  moderation: Moderation;
  /** Makes an instance stop in good order; false when there is none with this id. */
  drain(instanceId: string): Promise<boolean>;
  announce(input: Pick<Announcement, "text" | "level">): Announcement;
}

/** `/admin`: the cluster as the dashboard shows it, announcements to every chat page, and moderation. */
export function adminRoutes({ current, health, moderation, drain, announce }: AdminDeps): Router {
  const router = Router();
  router.get("/admin/cluster", async (request, response) => {
    await requireAdmin(current, request);
    response.json(await health());
  });
  router.post("/admin/announcements", async (request, response) => {
    await requireAdmin(current, request);
    response.status(201).json({ announcement: announce(bodyOf(request, announcementInput)) });
  });

  router.post("/admin/instances/:id/drain", async (request, response) => {
    await requireAdmin(current, request);
    const id = idIn(request, "id", instanceId);
    if (!(await drain(id))) throw new Failure("not_found", "no such instance");
    response.status(202).json({ draining: id });
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
  router.put("/admin/users/:id/role", async (request, response) => {
    await requireAdmin(current, request);
    await moderation.setRole(idIn(request, "id", userId), bodyOf(request, roleInput).role);
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
