import { expect, it } from "vitest";
import { authFailures, dropReasons, limitNames } from "./labels.js";
import { createMetrics } from "./metrics.js";

it("shows every value of a closed label from the start, at 0", async () => {
  const text = await createMetrics().registry.metrics();
  for (const reason of dropReasons) expect(text).toContain(`chat_pubsub_dropped_total{reason="${reason}"} 0`);
  for (const limit of limitNames) expect(text).toContain(`chat_rate_limited_total{limit="${limit}"} 0`);
  for (const what of authFailures) expect(text).toContain(`chat_auth_failures_total{what="${what}"} 0`);
});

it("counts by label", async () => {
  const metrics = createMetrics();
  metrics.authFailures.inc({ what: "login" });
  metrics.authFailures.inc({ what: "login" }, 2);
  // @ts-expect-error: what clients say can not become a label
  void (() => metrics.authFailures.inc({ what: "/random/path" }));
  expect(await metrics.registry.metrics()).toContain('chat_auth_failures_total{what="login"} 3');
});

it("keeps instances in one process apart", async () => {
  const [one, other] = [createMetrics(), createMetrics()];
  one.messagesAppended.inc();
  expect((await other.messagesAppended.get()).values[0]?.value).toBe(0);
});
