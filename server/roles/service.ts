import type { Express } from "express";
import { createAccounts } from "../accounts/accounts.js";
import { createSessions } from "../accounts/session.js";
import type { Config } from "../config/config.js";
import { createApp } from "../http/app.js";
import { isSecure } from "../http/client-address.js";
import { healthRoutes } from "../http/health.js";
import { metricsRoutes } from "../http/metrics.js";
import { currentUser } from "../http/session-user.js";
import type { Instance } from "./instance.js";

/** The HTTP side of a role without sockets: health, and metrics by key or an admin's session. */
export function serviceApp(config: Config, { database, health, metrics, metricsJson }: Instance): Express {
  const current = currentUser(createAccounts(database));
  const sessions = createSessions(database, {
    secrets: config.sessionSecrets,
    cookieDomain: config.cookieDomain,
    isSecure: (request) => isSecure(request, config.trustProxy),
  });
  const app = createApp(config.trustProxy, null);
  app.use(healthRoutes(health));
  app.use("/metrics", sessions);
  app.use(
    metricsRoutes({
      keys: config.metricsApiKeys,
      metrics,
      json: metricsJson,
      health,
      sessionRole: (request) =>
        current(request).then(
          ({ role }) => role,
          () => null,
        ),
    }),
  );
  return app;
}
