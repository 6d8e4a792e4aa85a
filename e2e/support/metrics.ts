import { request } from "./session.js";

/** A key for `METRICS_API_KEY`. */
export const metricsKey = "metrics-key-0123456789-abcdefghijklmnop";

/** Reads an instance's metrics; what it returns gives the value of a series, named as in Prometheus' text. */
export async function readMetrics(url: string): Promise<(series: string) => number> {
  const headers = { authorization: `Bearer ${metricsKey}`, accept: "text/plain" };
  const { status, body } = await request(url, "GET", "/metrics", undefined, headers);
  if (status !== 200) throw new Error(`${url}/metrics: ${status}`);
  const lines = String(body.text).split("\n");
  return (series) => {
    const line = lines.find((each) => each.startsWith(`${series} `));
    if (line === undefined) throw new Error(`no series ${series}`);
    return Number(line.slice(series.length + 1));
  };
}
