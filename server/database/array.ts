/** What an array for a statement may hold. */
type Element = string | number | null;

/** What means something inside a quoted element. */
const special = /["\\]/g;

function quoted(element: Element): string {
  if (element === null) return "NULL";
  const text = String(element);
  // Most have nothing special, and a replacement that finds nothing is dear.
  return text.includes('"') || text.includes("\\") ? `"${text.replace(special, "\\$&")}"` : `"${text}"`;
}

/**
 * A one-dimensional array as Postgres reads it (its documentation, §8.15.2): for where the driver's own way, made for
 * all types and depths, costs as much as the statement.
 */
export const toArray = (elements: readonly Element[]) => `{${elements.map(quoted).join(",")}}`;
