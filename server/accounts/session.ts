import type { IncomingMessage } from "node:http";
import connectPgSimple from "connect-pg-simple";
import session, { type SessionData } from "express-session";
import type { RequestHandler, Request } from "express";
import type { User } from "../../shared/values.js";
import { Failure } from "../failure.js";
import { gather } from "../gather.js";
import type { Database, Queries } from "../database/pool.js";

declare module "express-session" {
  interface SessionData {
    user: User;
  }
}

/** How sessions are signed, and what their cookie is called: secure connections get a name that browsers guard (T3). */
export interface SessionOptions {
  secrets: string[];
  cookieDomain: string | null;
  /** Whether the client came over TLS; asked of Express' requests and of handshakes, which never pass Express. */
  isSecure(request: IncomingMessage): boolean;
}

const lifetimeMs = 30 * 24 * 3600 * 1000;

/** Names the session cookie may have; a request with one of them carries a session. */
export const sessionCookies = ["__Host-parley", "__Secure-parley", "parley"] as const;

/** Whether the request carries a session cookie, valid or not. */
export function hasSessionCookie(request: IncomingMessage): boolean {
  const cookies = request.headers.cookie ?? "";
  return cookies.split(";").some((part) => sessionCookies.some((name) => part.trim().startsWith(`${name}=`)));
}

/**
 * Sessions in Postgres, so that losing Redis logs nobody out. Plain HTTP (a machine of one's own) gets a plain
 * cookie, TLS gets `__Host-` (or `__Secure-` with a cookie domain).
 */
export function createSessions(database: Database, options: SessionOptions): RequestHandler {
  const Store = connectPgSimple(session);
  // All who come at one moment, as after a node's death, are one statement.
  const read = gather((ids: string[]) => readSessions(database, ids));
  function createStore() {
    // The worker removes what expired; the store needs a pool's `query` only.
    const store = new Store({ pool: database as never, tableName: "sessions", pruneSessionInterval: false });
    store.get = (id, done) =>
      void read(id).then(
        (found) => done(null, found),
        (error: unknown) => done(error),
      );
    return store;
  }
  const common = { secret: options.secrets, resave: false, saveUninitialized: false } as const;
  const cookie = { httpOnly: true, sameSite: "lax", path: "/", maxAge: lifetimeMs } as const;
  const domain = options.cookieDomain === null ? {} : { domain: options.cookieDomain };
  const guardedName = options.cookieDomain === null ? "__Host-parley" : "__Secure-parley";
  // A store each: a new session gets the cookie of whoever was given the store last.
  const create = (name: string, secure: boolean) =>
    session({ ...common, store: createStore(), name, cookie: { ...cookie, ...domain, secure } });
  const [guarded, plain] = [create(guardedName, true), create("parley", false)];
  return (request, response, next) => (options.isSecure(request) ? guarded : plain)(request, response, next);
}

async function readSessions(queries: Queries, ids: string[]): Promise<(SessionData | null)[]> {
  const { rows } = await queries.query<{ sid: string; sess: SessionData }>(
    "SELECT sid, sess FROM sessions WHERE sid = ANY ($1) AND expire > now()",
    [ids],
  );
  const found = new Map(rows.map(({ sid, sess }) => [sid, sess]));
  return ids.map((id) => found.get(id) ?? null);
}

/** Begins a new session for the user; when it resolves the session is stored (lab-notes §3.4, T2). */
export async function beginSession(request: Request, user: User): Promise<void> {
  await new Promise<void>((resolve, reject) =>
    request.session.regenerate((error) => settle(error, resolve, reject)),
  );
  request.session.user = user;
  await new Promise<void>((resolve, reject) =>
    request.session.save((error) => settle(error, resolve, reject)),
  );
}

/** Ends the request's session; it is gone from the store when it resolves. */
export async function endSession(request: Request): Promise<void> {
  await new Promise<void>((resolve, reject) =>
    request.session.destroy((error) => settle(error, resolve, reject)),
  );
}

function settle(error: unknown, resolve: () => void, reject: (reason: unknown) => void): void {
  if (error)
    reject(
      error instanceof Failure ? error : new Failure("unavailable", "sessions can not be stored now", 1000),
    );
  else resolve();
}
