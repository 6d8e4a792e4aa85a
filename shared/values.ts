import { z } from "zod";
import { limits } from "./limits.js";

/** Number of Unicode code points: what a person counts as characters, more or less. */
export function countCharacters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** Whether it has no more characters than that; of most texts the length says so. */
const hasAtMost = (text: string, max: number) => text.length <= max || countCharacters(text) <= max;

/** Lone surrogates turn into other text on msgpack and in Postgres; NUL is refused by Postgres (trust.md F11, T35). */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes("\u0000");
}

const storable = z.string().refine(isStorable, "must be well-formed Unicode without NUL");

const text = (name: string, max: number) =>
  storable
    .refine((value) => value.trim() !== "", `${name} must not be blank`)
    .refine((value) => hasAtMost(value, max), `${name} must have 1 to ${max} characters`);

/** Room id: `[a-z0-9][a-z0-9-]{0,63}`. */
export const roomId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, "must be 1 to 64 of a-z, 0-9 and -, not starting with -");

/** Anything that could make a name look like another one: controls, bidi overrides, zero-width characters (T17). */
const deceptive = /[\p{Cc}\u00AD\u061C\u180E\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/u;

/** Shown name of a user: 1 to 32 characters, no invisible or direction-changing ones. */
export const userName = text("name", limits.nameCharacters).refine(
  (value) => !deceptive.test(value) && value === value.trim(),
  "must not have control, invisible or direction-changing characters, or spaces at its ends",
);

/** Password: at least 10 characters. */
export const password = storable.refine((value) => {
  const count = countCharacters(value);
  return count >= limits.passwordCharacters && count <= limits.passwordCharactersMax;
}, `must have ${limits.passwordCharacters} to ${limits.passwordCharactersMax} characters`);

/** Text of a message: 1 to 4000 characters, stored unchanged. */
export const messageText = text("text", limits.textCharacters);

/** Title of a room. */
export const roomTitle = text("title", limits.titleCharacters);

/** Topic of a room; empty takes it away. */
export const roomTopic = storable.refine(
  (value) => hasAtMost(value, limits.topicCharacters),
  `topic must have at most ${limits.topicCharacters} characters`,
);

// `RegExp` by its constructor: the v flag is younger than the language level compiled for.
const oneEmoji = new RegExp("^(?:\\p{RGI_Emoji}|\\p{Extended_Pictographic})$", "v");

/** One emoji, as a person counts them: also flags, skin tones and joined ones. */
export const emoji = z.string().max(64).regex(oneEmoji, "must be one emoji");

/** Why an admin did something, as the user is told. */
export const reason = text("reason", limits.reasonCharacters);

/** Id of a user; guests have one as well. */
export const userId = z.uuid();

/** A UUID made by the client, once per user action; a retry carries the same one. */
export const clientId = z.uuid();

/** Position in a room's log: 0 is before the first event. */
export const offset = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);

/** What a user may do in general; rights in a room come on top. */
export const userRole = z.enum(["guest", "member", "admin"]);
export type UserRole = z.infer<typeof userRole>;

/** A user as everyone may see him. */
export const user = z.object({ id: z.string(), name: z.string(), role: userRole });
export type User = z.infer<typeof user>;
