import { Router, type Request } from "express";
import { eventsQuery } from "../../shared/commands.js";
import { memberInput, roomInput, roomPatch } from "../../shared/http.js";
import { roomId, userId, type User } from "../../shared/values.js";
import { invalid } from "../failure.js";
import type { HistoryReader } from "../history/read.js";
import type { Limiter } from "../limits/limiter.js";
import type { Access } from "../rooms/access.js";
import type { Rooms } from "../rooms/rooms.js";
import { bodyOf, idIn } from "./body.js";
import type { CurrentUser } from "./session-user.js";

/** What the room routes work with. */
export interface RoomDeps {
  rooms: Rooms;
  access: Access;
  history: HistoryReader;
  current: CurrentUser;
  limiter: Limiter;
}

/** `/rooms`: list, create, members, and reading a room's log. */
export function roomRoutes({ rooms, access, history, current, limiter }: RoomDeps): Router {
  const router = Router();

  /** The user, whose change counts as one of his commands: each is an event for all in the room. */
  async function currentForChange(request: Request): Promise<User> {
    const user = await current(request);
    await limiter.take("commands", user.id);
    return user;
  }

  router.get("/rooms", async (request, response) => {
    response.json({ rooms: await rooms.list(await current(request)) });
  });

  router.post("/rooms", async (request, response) => {
    const user = await currentForChange(request);
    response.status(201).json({ room: await rooms.create(user, bodyOf(request, roomInput)) });
  });

  router.patch("/rooms/:id", async (request, response) => {
    const user = await currentForChange(request);
    const room = idIn(request, "id", roomId);
    response.json({ room: await rooms.change(user, room, bodyOf(request, roomPatch)) });
  });

  router.get("/rooms/:id/events", async (request, response) => {
    const user = await current(request);
    const room = idIn(request, "id", roomId);
    const query = eventsQuery.safeParse(request.query);
    if (!query.success) throw invalid(query.error);
    const { head } = await access(user, room);
    response.json(await history.page(room, head, query.data));
  });

  router.put("/rooms/:id/members/:userId", async (request, response) => {
    const user = await currentForChange(request);
    const room = idIn(request, "id", roomId);
    const { role } = bodyOf(request, memberInput);
    await rooms.putMember(user, room, idIn(request, "userId", userId), role);
    response.status(204).end();
  });

  router.delete("/rooms/:id/members/:userId", async (request, response) => {
    const user = await currentForChange(request);
    const room = idIn(request, "id", roomId);
    await rooms.removeMember(user, room, idIn(request, "userId", userId));
    response.status(204).end();
  });

  return router;
}
