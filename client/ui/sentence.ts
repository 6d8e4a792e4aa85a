/** The server's words as a sentence: they begin small and end without a stop. */
export function sentence(text: string): string {
  const [first = "", ...rest] = text.trim();
  if (first === "") return "";
  return first.toUpperCase() + rest.join("") + (/[.!?…]$/.test(text.trim()) ? "" : ".");
}
