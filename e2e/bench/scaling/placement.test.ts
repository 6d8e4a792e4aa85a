import { expect, it } from "vitest";
import { anywhere, byTeam, drawCrowd, measurePlacement } from "./placement.js";
import { populationOf } from "./population.js";

const nodes = 10;
const population = populationOf(5000);
const most = 250;

it("draws the same crowd from the same seed, everybody in his number of different rooms", () => {
  const crowd = drawCrowd(population, 0.5, 7);
  expect(drawCrowd(population, 0.5, 7)).toEqual(crowd);
  expect(crowd.users.every((rooms) => new Set(rooms).size === rooms.length && rooms.length === 5)).toBe(true);
});

it.each([0, 0.8])(
  "agrees with the formula for users who are anywhere, %s of their rooms in a team",
  (part) => {
    const crowd = drawCrowd(population, part, 1);
    const { nodesOfMessage, expected } = measurePlacement(crowd, nodes, anywhere(crowd, nodes, 2));
    expect(Math.abs(nodesOfMessage / expected - 1)).toBeLessThan(0.02);
  },
);

it("has a message on one node when teams are small and keep to themselves", () => {
  const crowd = drawCrowd({ ...population, largest: 60 }, 1, 1);
  const together = byTeam(crowd, nodes, { most: 5000, directory: true, seed: 3 });
  expect(measurePlacement(crowd, nodes, together).nodesOfMessage).toBe(1);
});

it("gathers less the more rooms people have elsewhere, and a directory spreads the load better than a hash", () => {
  const [loose, close] = [0.5, 0.95].map((part) => {
    const crowd = drawCrowd(population, part, 1);
    const at = (directory: boolean) =>
      measurePlacement(crowd, nodes, byTeam(crowd, nodes, { most, directory, seed: 3 }));
    return { hash: at(false), directory: at(true) };
  });
  expect(close?.hash.nodesOfMessage).toBeLessThan(loose?.hash.nodesOfMessage ?? 0);
  expect(close?.directory.hottest).toBeLessThan(close?.hash.hottest ?? 0);
});
