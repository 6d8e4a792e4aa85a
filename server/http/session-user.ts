import type { Request } from "express";
import type { User } from "../../shared/values.js";
import type { Accounts } from "../accounts/accounts.js";
import { Failure } from "../failure.js";

/** The request's user with his role of now; fails with `unauthenticated`. */
export type CurrentUser = (request: Request) => Promise<User>;

/** Reads the user from the session, his role from the account: it may have changed since he logged in. */
export function currentUser(accounts: Accounts): CurrentUser {
  return async (request) => {
    const { user } = request.session;
    if (!user) throw new Failure("unauthenticated", "log in first");
    return accounts.current(user);
  };
}

/** The request's user if he is an admin, else `forbidden`. */
export async function requireAdmin(current: CurrentUser, request: Request): Promise<User> {
  const user = await current(request);
  if (user.role !== "admin") throw new Failure("forbidden", "admins only");
  return user;
}
