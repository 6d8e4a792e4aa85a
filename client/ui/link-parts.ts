/** A stretch of text, with `href` where it is a link. */
export interface TextPart {
  text: string;
  href?: string;
}

const candidate = /(?:https?:\/\/|mailto:)[^\s<>"'`\p{Cc}\u200B-\u200F\u202A-\u202E\u2060-\u2069]+/giu;
const openerOf: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };
const trailing = new Set(".,;:!?…*_~");
const allowed = new Set(["http:", "https:", "mailto:"]);

/** Drops punctuation that ends the sentence, not the address; a closing bracket stays where one was opened. */
function trimEnd(address: string): string {
  // One look at each character: a text may be made of thousands that could end it.
  const unopened = new Map<string, number>();
  for (const [close, open] of Object.entries(openerOf))
    unopened.set(close, address.split(close).length - address.split(open).length);
  let end = address.length;
  for (; end > 0; end -= 1) {
    const last = address[end - 1] ?? "";
    if (trailing.has(last)) continue;
    const left = unopened.get(last) ?? 0;
    if (left <= 0) break;
    unopened.set(last, left - 1);
  }
  return address.slice(0, end);
}

function isAllowed(address: string): boolean {
  return URL.canParse(address) && allowed.has(new URL(address).protocol);
}

/** Splits text at its http, https and mailto addresses; joined together the parts are the text, unchanged. */
export function linkParts(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let at = 0;
  for (const match of text.matchAll(candidate)) {
    const address = trimEnd(match[0]);
    if (!isAllowed(address)) continue;
    if (match.index > at) parts.push({ text: text.slice(at, match.index) });
    parts.push({ text: address, href: address });
    at = match.index + address.length;
  }
  if (at < text.length) parts.push({ text: text.slice(at) });
  return parts;
}
