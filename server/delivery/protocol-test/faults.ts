/** Mistakes that the protocol's model can be built with; each must be found. */
export const plantedFaults = [
  "no head poll",
  "events are shown on arrival",
  "known events are shown again",
  "no snapshot after trimming",
  "published before the commit",
  "acked before the commit",
  "a repeat burns a number",
  "a repeat is stored again",
  "a retry has a new clientId",
  "the outbox ends with its page",
  "nothing is sent again",
  "joins after reading",
  "a restored log keeps its epoch",
  "repair does not reach the sockets",
] as const;

/** One of them. */
export type PlantedFault = (typeof plantedFaults)[number];
