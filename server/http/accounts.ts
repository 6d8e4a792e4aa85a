import { randomUUID } from "node:crypto";
import { Router, type Request } from "express";
import { credentials, guestInput } from "../../shared/http.js";
import type { User } from "../../shared/values.js";
import { nameKey, type Accounts } from "../accounts/accounts.js";
import { beginSession, endSession } from "../accounts/session.js";
import { Failure } from "../failure.js";
import type { Limiter } from "../limits/limiter.js";
import type { Metrics } from "../metrics/metrics.js";
import { bodyOf } from "./body.js";
import type { CurrentUser } from "./session-user.js";

/** What the account routes work with. */
export interface AccountDeps {
  accounts: Accounts;
  current: CurrentUser;
  limiter: Limiter;
  metrics: Metrics;
  guests: "write" | "read" | "off";
  /** A session of this user has ended: its sockets end too. */
  loggedOut(user: User): void;
  address(request: Request): string;
}

/** `/users` and `/session`: who one is. A session is stored before the answer leaves. */
export function accountRoutes({
  accounts,
  current,
  limiter,
  metrics,
  guests,
  loggedOut,
  address,
}: AccountDeps): Router {
  const router = Router();

  /** Begins the user's session; one that the browser had before, maybe another user's, ends with all its sockets. */
  async function begin(request: Request, user: User): Promise<void> {
    const { user: before } = request.session;
    await beginSession(request, user);
    if (before) loggedOut(before);
  }

  router.post("/users", async (request, response) => {
    const { name, password } = bodyOf(request, credentials);
    await limiter.take("logins", `address:${address(request)}`);
    const user = await accounts.register(name, password);
    await begin(request, user);
    response.status(201).json({ user });
  });

  router.post("/session", async (request, response) => {
    const { name, password } = bodyOf(request, credentials);
    await limiter.take("logins", `address:${address(request)}`);
    await limiter.take("logins", `account:${nameKey(name)}`);
    const known = await accounts.login(name, password).catch((error: unknown) => {
      if (error instanceof Failure && error.code === "unauthenticated")
        metrics.authFailures.inc({ what: "login" });
      throw error;
    });
    const user = await accounts.current(known);
    await begin(request, user);
    response.status(201).json({ user });
  });

  router.post("/session/guest", async (request, response) => {
    const { name } = bodyOf(request, guestInput);
    if (guests === "off") throw new Failure("forbidden", "guests are not let in here");
    await limiter.take("guests", `address:${address(request)}`);
    await accounts.assertFree(name);
    const user: User = { id: randomUUID(), name, role: "guest" };
    await begin(request, user);
    response.status(201).json({ user });
  });

  router.get("/session", async (request, response) => {
    response.json({ user: await current(request) });
  });

  router.delete("/session", async (request, response) => {
    const { user } = request.session;
    await endSession(request);
    if (user) loggedOut(user);
    response.status(204).end();
  });

  return router;
}
