/** A stretch of text, with `href` where it is a link. */
export interface TextPart {
  text: string;
  href?: string;
}

const candidate = /(?:https?:\/\/|mailto:)[^\s<>"'`\p{Cc}\u200B-\u200F\u202A-\u202E\u2060-\u2069]+/giu;
const brackets = [
  { open: "(", close: ")" },
  { open: "[", close: "]" },
  { open: "{", close: "}" },
];
const trailing = /[.,;:!?…*_~]+$/u;
const allowed = new Set(["http:", "https:", "mailto:"]);

/** Drops punctuation that ends the sentence, not the address; a closing bracket stays where one was opened. */
function trimEnd(address: string): string {
  let end = address.replace(trailing, "");
  for (const { open, close } of brackets) {
    const isUnopened = () => end.endsWith(close) && end.split(close).length > end.split(open).length;
    while (isUnopened()) end = end.slice(0, -1).replace(trailing, "");
  }
  return end;
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
