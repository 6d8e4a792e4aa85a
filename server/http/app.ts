import express, { type Express, type Request, type RequestHandler } from "express";
import helmet from "helmet";
import type { Log } from "../metrics/log.js";
import { readJson } from "./body.js";
import { answerErrors, notFound } from "./errors.js";
import { assertOrigin, type OriginRule } from "./origin.js";
import type { Router } from "express";

/** The routers of a node, in the order of its chain. */
export interface NodeRoutes {
  health: Router;
  metrics: Router;
  accounts: Router;
  rooms: Router;
  admin: Router;
  client: Router;
}

/** What the page may open its socket at, and poll: browsers take a WebSocket's scheme for another origin. */
function socketSources(streamingUrl: string | null): string[] {
  if (streamingUrl === null) return [];
  const { protocol, host } = new URL(streamingUrl);
  const isSecure = protocol === "https:" || protocol === "wss:";
  return (isSecure ? ["https:", "wss:"] : ["http:", "ws:"]).map((scheme) => `${scheme}//${host}`);
}

/**
 * An app with the settings every role shares: no banner, strict addresses, headers. `streamingUrl`: where pages open
 * their socket, null for their own origin.
 */
export function createApp(proxies: number, streamingUrl: string | null): Express {
  const app = express();
  app.disable("x-powered-by").disable("etag").set("trust proxy", proxies).set("query parser", "simple");
  app.use(
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          "default-src": ["'self'"],
          "style-src": ["'self'", "'unsafe-inline'"],
          "img-src": ["'self'", "data:"],
          "connect-src": ["'self'", ...socketSources(streamingUrl)],
          "object-src": ["'none'"],
          "base-uri": ["'none'"],
          "form-action": ["'self'"],
          "frame-ancestors": ["'none'"],
        },
      },
    }),
  );
  return app;
}

/** The whole chain of a node: health above everything, sessions only where they are needed. */
export function nodeApp(
  app: Express,
  routes: NodeRoutes,
  sessions: RequestHandler,
  origins: OriginRule,
  log: Log,
): Express {
  app.use(routes.health);
  app.use(["/api", "/metrics"], noStore, (request, _response, next) => {
    if (changesState(request)) assertOrigin(request, origins);
    next();
  });
  app.use("/api", readJson);
  app.use(["/api", "/metrics"], sessions);
  app.use(routes.metrics);
  app.use("/api", routes.accounts, routes.rooms, routes.admin, notFound);
  app.use(routes.client);
  app.use(notFound, answerErrors(log));
  return app;
}

const changesState = (request: Request) => !["GET", "HEAD", "OPTIONS"].includes(request.method);

const noStore: RequestHandler = (_request, response, next) => {
  response.set("Cache-Control", "no-store");
  next();
};
