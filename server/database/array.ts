/** What an array for a statement may hold. */
type Element = string | number | null;

/** What means something inside a quoted element. */
const special = /["\\]/g;

const quoted = (element: Element) =>
  element === null ? "NULL" : `"${String(element).replace(special, "\\$&")}"`;

/**
 * A one-dimensional array as Postgres reads it (its documentation, §8.15.2): for where the driver's own way, made for
 * all types and depths, costs as much as the statement.
 */
export const toArray = (elements: readonly Element[]) => `{${elements.map(quoted).join(",")}}`;
