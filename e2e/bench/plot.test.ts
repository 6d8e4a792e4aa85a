import { expect, it } from "vitest";
import { drawBars } from "./plot.js";

const chart = {
  title: "cost <less>",
  groups: [
    {
      name: "hot",
      bars: [
        { name: "parley", value: 1 },
        { name: "plain", value: 4 },
      ],
    },
    { name: "many", bars: [{ name: "parley", value: 2 }] },
  ],
};
const svg = drawBars(chart, (value) => `${value} s`);

it("draws bars as long as their values, the longest over the whole width", () => {
  const widths = [...svg.matchAll(/<rect [^>]*width="([\d.]+)" height="12"/g)].map(([, width]) =>
    Number(width),
  );
  // Two of the legend, then the bars.
  expect(widths.slice(2)).toEqual([110, 440, 220]);
});

it("gives a server the same colour in every group", () => {
  const colours = [...svg.matchAll(/fill="(#\w{6})"\/>/g)].map(([, colour]) => colour);
  expect(new Set(colours).size).toBe(2);
  expect(colours[2]).toBe(colours[4]);
});

it("writes names and values as text, with nothing that is markup", () => {
  expect(svg).toContain("cost &lt;less&gt;");
  expect(svg).toContain(">4 s</text>");
});

it("draws nothing of nothing without failing", () => {
  expect(drawBars({ title: "none", groups: [] }, String)).toContain("</svg>");
});
