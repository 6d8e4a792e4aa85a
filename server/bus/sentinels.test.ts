import { expect, it } from "vitest";
import { rightMaster } from "./sentinels.js";

const place = (port: number) => ({ host: "redis", port });
const master = (port: number, epoch: number) => ({ place: place(port), epoch });

it("is the latest master, though some Sentinels still name the one before, or nothing", () => {
  expect(rightMaster([master(1, 4), master(2, 5), null, master(1, 4)])).toEqual(place(2));
  expect(rightMaster([master(2, 5), master(1, 4)])).toEqual(place(2));
  expect(rightMaster([null, null])).toBeNull();
});
