// Each has a contrast of at least 5 with white.
const colors = [
  "#17655e",
  "#1f5f8b",
  "#5b4b9e",
  "#8a3f6b",
  "#9a4326",
  "#5d6118",
  "#2b6b3a",
  "#7a4b12",
  "#3f5873",
  "#a12f47",
  "#47559c",
  "#6b4a78",
];

const segmenter = new Intl.Segmenter();

function firstOf(word: string): string {
  return segmenter.segment(word).containing(0)?.segment ?? "";
}

/** One or two letters that stand for a name. */
export function initials(name: string): string {
  const words = name.split(/[\s\p{P}]+/u).filter((word) => word !== "");
  const first = firstOf(words[0] ?? name);
  const last = words.length > 1 ? firstOf(words.at(-1) ?? "") : "";
  return (first + last).toLocaleUpperCase();
}

/** The same colour for the same id, on every page. */
export function stableColor(id: string): string {
  let hash = 0;
  for (let at = 0; at < id.length; at += 1) hash = (hash * 31 + id.charCodeAt(at)) >>> 0;
  return colors[hash % colors.length] ?? "#17655e";
}
