import type { User } from "../../shared/values.js";

/** Answer of an HTTP request, its body parsed. */
export interface Answer {
  status: number;
  body: Record<string, unknown>;
  headers: Headers;
}

/** Somebody with a session at one address of the cluster. */
export interface Session {
  base: string;
  cookie: string;
  user: User;
  request(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
}

/** A request without a session. */
export async function request(
  base: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(base + path, {
    method,
    headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json") ?? false;
  return {
    status: response.status,
    headers: response.headers,
    body: isJson && text !== "" ? (JSON.parse(text) as Record<string, unknown>) : { text },
  };
}

/** Logs in over HTTP and keeps the cookie; any of the three ways in. */
export async function enter(base: string, path: string, body: unknown): Promise<Session> {
  const answer = await request(base, "POST", path, body);
  if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  const cookie = (answer.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  return at(base, { cookie, user: answer.body.user as User });
}

/** A guest's session. */
export const guest = (base: string, name: string) => enter(base, "/api/session/guest", { name });

/** The same session at another address of the cluster, as browsers share cookies between ports of a host. */
export const at = (base: string, { cookie, user }: Pick<Session, "cookie" | "user">): Session => ({
  base,
  cookie,
  user,
  request: (method, path, body, headers) =>
    request(base, method, path, body, { cookie, origin: base, ...headers }),
});
