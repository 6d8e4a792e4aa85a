/** What the checker proves; each rule is a sentence about the whole run. */
export const rules = {
  lost: "what was acked is in the log, at the acked offset",
  doubled: "nothing is in the log twice: by offset, by id, by sender and clientId",
  gap: "the log's offsets run from its floor to its head without a hole",
  stranger: "nothing is in the log that nobody did or that was refused",
  undeleted: "a deleted message's words are nowhere in the log",
  unanswered: "every message got its ack, every other action its ack or a fair refusal",
  waiting: "every outbox is empty in the end",
  ownOrder: "a user's own actions are in the log in the order in which he did them",
  shownOrder: "no client showed, at any moment, an event twice, too early or before another one",
  shownOther: "what a client shows is what the log holds, over its whole stretch",
  shownFold: "what the messages look like is the same for a client and for the log",
  behind: "every client shows every room up to its head in the end",
  crashed: "no process of the cluster ends unless it is ended",
  turnedAway: "nobody is logged out or kept out of a room by a fault",
} as const;

/** Name of a rule. */
export type Rule = keyof typeof rules;

/** One breach of a rule, told so that it can be looked up in the record. */
export interface Violation {
  rule: Rule;
  what: string;
}
