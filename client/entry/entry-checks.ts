import { limits } from "../../shared/limits.js";
import { countCharacters } from "../ui/characters.js";

/** Ways to enter. */
export type EntryWay = "guest" | "login" | "account";

/** An error and the field it belongs to, if any. */
export interface EntryError {
  field: "name" | "password" | null;
  message: string;
}

/** What is wrong with the input before it is sent; the server has the last word. */
export function checkEntry(way: EntryWay, name: string, password: string): EntryError | null {
  const shown = name.trim();
  if (shown === "") return { field: "name", message: "Please enter a name." };
  if (countCharacters(shown) > limits.nameCharacters) {
    return { field: "name", message: `At most ${limits.nameCharacters} characters.` };
  }
  if (way === "login" && password === "")
    return { field: "password", message: "Please enter your password." };
  if (way === "account" && countCharacters(password) < limits.passwordCharacters) {
    return { field: "password", message: `At least ${limits.passwordCharacters} characters.` };
  }
  return null;
}

/** The field a server's error speaks of: errors about input name their field first. */
export function placeError(code: string, message: string): EntryError {
  if (code === "conflict") return { field: "name", message };
  const named = code === "invalid" ? /^\W*(name|password)\b/i.exec(message)?.[1]?.toLowerCase() : undefined;
  return { field: named === "name" || named === "password" ? named : null, message };
}
