import { expect, it } from "vitest";
import { addressNow } from "./redis-forms.js";

it("is asked where it is, behind Sentinels and as a Cluster", async () => {
  expect(await addressNow("redis://a:1")).toBe("redis://a:1");
  const nobody = ["redis-sentinel://chat?nodes=127.0.0.1%3A1", "redis-cluster://all?nodes=127.0.0.1%3A1"];
  const asked = await Promise.allSettled(nobody.map(addressNow));
  expect(asked.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
});
