import { createHash, timingSafeEqual } from "node:crypto";
import type { Request } from "express";

const digest = (text: string) => createHash("sha256").update(text).digest();

/** Whether the request has one of the keys as `Authorization: Bearer`; takes as long for any wrong one (T7). */
export function hasKey(request: Request, keys: string[]): boolean {
  const given = digest(/^Bearer (.+)$/i.exec(request.headers.authorization ?? "")?.[1] ?? "");
  return keys.map((key) => timingSafeEqual(digest(key), given)).includes(true);
}
