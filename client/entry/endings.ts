/** Why a session ended on this page, as the entry tells it. */
export interface Ending {
  title: string;
  text: string;
  /** The cookie may still hold: one can try to come back with it. */
  mayReturn: boolean;
}

/** The cookie does not hold any more. */
export const expired: Ending = {
  title: "Your session has ended",
  text: "Please enter again.",
  mayReturn: false,
};

/** An admin ended it; `reason` is in his words. */
export const sentOut = (reason: string): Ending => ({
  title: "You were sent out",
  text: reason,
  mayReturn: true,
});

/** An admin keeps the user out; he is told the reason when it happens, later only that it is so. */
export const banned = (reason = "An admin keeps you out of this chat."): Ending => ({
  title: "You are banned",
  text: reason,
  mayReturn: false,
});
