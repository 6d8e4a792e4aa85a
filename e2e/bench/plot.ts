/** Bars side by side, in groups. */
export interface BarChart {
  title: string;
  groups: { name: string; bars: { name: string; value: number }[] }[];
}

const barHeight = 14;
const groupGap = 12;
const labelWidth = 120;
const plotWidth = 440;
const valueWidth = 70;
const top = 56;
const colours = ["#2f6fb0", "#c4572e", "#7a7a7a", "#4b8b3b"];

const escape = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

const text = (x: number, y: number, content: string, attributes = "") =>
  `<text x="${x}" y="${y}"${attributes}>${escape(content)}</text>`;

function bar(x: number, y: number, width: number, colour: string): string {
  return `<rect x="${x}" y="${y}" width="${width.toFixed(1)}" height="${barHeight - 2}" fill="${colour}"/>`;
}

/** Draws horizontal bars as an SVG of a few kilobytes; `write` says how a value is written. */
export function drawBars({ title, groups }: BarChart, write: (value: number) => string): string {
  const names = [...new Set(groups.flatMap(({ bars }) => bars.map(({ name }) => name)))];
  const max = Math.max(...groups.flatMap(({ bars }) => bars.map(({ value }) => value)));
  const colourOf = (name: string) => colours[names.indexOf(name) % colours.length] ?? "#000";
  const parts = [text(8, 18, title, ' font-weight="bold"')];
  names.forEach((name, i) => {
    parts.push(bar(labelWidth + i * 130, 28, barHeight, colourOf(name)));
    parts.push(text(labelWidth + i * 130 + barHeight + 4, 38, name));
  });
  let y = top;
  for (const { name, bars } of groups) {
    parts.push(text(8, y + (bars.length * barHeight) / 2 + 4, name));
    for (const { name: one, value } of bars) {
      const width = max > 0 ? (value / max) * plotWidth : 0;
      parts.push(bar(labelWidth, y, width, colourOf(one)));
      parts.push(text(labelWidth + Math.round(width) + 4, y + 10, write(value)));
      y += barHeight;
    }
    y += groupGap;
  }
  const size = `width="${labelWidth + plotWidth + valueWidth}" height="${y}"`;
  const style = 'font-family="sans-serif" font-size="11" fill="#222"';
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} ${style}>\n<rect width="100%" height="100%" fill="#fff"/>\n${parts.join("\n")}\n</svg>\n`;
}
