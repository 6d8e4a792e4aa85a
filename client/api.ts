import type { ClusterHealth } from "../shared/cluster.js";
import type { ErrorBody } from "../shared/errors.js";
import type { AnnouncementLevel } from "../shared/facts.js";
import type { Room } from "../shared/http.js";
import type { User } from "../shared/values.js";

/** What every failed request throws: the server's error object, or one that says the server cannot be reached. */
export class ApiError extends Error {
  readonly body: ErrorBody;
  constructor(body: ErrorBody) {
    super(body.message);
    this.body = body;
  }
}

const unreachable: ErrorBody = {
  code: "unavailable",
  message: "The server cannot be reached. Please try again in a moment.",
  retryable: true,
};

function hasError(value: unknown): value is { error: ErrorBody } {
  return typeof value === "object" && value !== null && "error" in value;
}

async function request<T>(method: string, path: string, body?: unknown): Promise<T> {
  let response: Response;
  let answer: unknown = null;
  try {
    response = await fetch(path, {
      method,
      headers: body === undefined ? {} : { "content-type": "application/json" },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await response.text();
    if (text !== "") answer = JSON.parse(text);
  } catch {
    // No answer, or a proxy's page instead of JSON.
    throw new ApiError(unreachable);
  }
  if (response.ok) return answer as T;
  throw new ApiError(hasError(answer) ? answer.error : unreachable);
}

/** The error object of whatever a request threw. */
export function errorOf(thrown: unknown): ErrorBody {
  return thrown instanceof ApiError ? thrown.body : unreachable;
}

const memberPath = (room: string, userId: string) =>
  `/api/rooms/${room}/members/${encodeURIComponent(userId)}`;
const userPath = (userId: string, what: "kick" | "ban" | "mute" | "role") =>
  `/api/admin/users/${userId}/${what}`;

interface Entered {
  user: User;
}

/** The routes of `/api` the client uses; each rejects with `ApiError`. */
export const api = {
  whoAmI: () => request<Entered>("GET", "/api/session"),
  enterAsGuest: (name: string) => request<Entered>("POST", "/api/session/guest", { name }),
  logIn: (name: string, password: string) => request<Entered>("POST", "/api/session", { name, password }),
  createAccount: (name: string, password: string) =>
    request<Entered>("POST", "/api/users", { name, password }),
  logOut: () => request<unknown>("DELETE", "/api/session"),
  rooms: () => request<{ rooms: Room[] }>("GET", "/api/rooms"),
  createRoom: (room: Pick<Room, "id" | "title" | "visibility">) =>
    request<unknown>("POST", "/api/rooms", room),
  changeRoom: (id: string, patch: Partial<Pick<Room, "title" | "topic">>) =>
    request<unknown>("PATCH", `/api/rooms/${id}`, patch),
  putMember: (room: string, userId: string, role: "member" | "moderator") =>
    request<unknown>("PUT", memberPath(room, userId), { role }),
  removeMember: (room: string, userId: string) => request<unknown>("DELETE", memberPath(room, userId)),
  kick: (userId: string, reason?: string) => request<unknown>("POST", userPath(userId, "kick"), { reason }),
  ban: (userId: string, reason?: string) => request<unknown>("PUT", userPath(userId, "ban"), { reason }),
  unban: (userId: string) => request<unknown>("DELETE", userPath(userId, "ban")),
  mute: (userId: string, seconds?: number) => request<unknown>("PUT", userPath(userId, "mute"), { seconds }),
  unmute: (userId: string) => request<unknown>("DELETE", userPath(userId, "mute")),
  setRole: (userId: string, role: "member" | "admin") =>
    request<unknown>("PUT", userPath(userId, "role"), { role }),
  drain: (instanceId: string) => request<unknown>("POST", `/api/admin/instances/${instanceId}/drain`),
  cluster: () => request<ClusterHealth>("GET", "/api/admin/cluster"),
  announce: (text: string, level: AnnouncementLevel) =>
    request<unknown>("POST", "/api/admin/announcements", { text, level }),
};
