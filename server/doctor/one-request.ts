import { request as overHttp, type IncomingHttpHeaders, type OutgoingHttpHeaders } from "node:http";
import { request as overHttps } from "node:https";
import { platform } from "node:process";

/** An answer, and from which address it was asked. */
export interface Answer {
  status: number;
  body: string;
  headers: IncomingHttpHeaders;
  /** This machine's end of the connection. */
  from: string;
}

/** What is asked beside the address. */
export interface Question {
  method?: string;
  headers?: OutgoingHttpHeaders;
  body?: string;
}

/** On this very machine every process has nginx' address; Linux lets a client take another one of its own. */
const ownAddress = "127.77.77.77";

/** One request on a connection of its own, so that the balancer decides anew. */
export function ask(url: string, { method = "GET", headers = {}, body }: Question = {}): Promise<Answer> {
  const target = new URL(url);
  const isHere = platform === "linux" && ["localhost", "127.0.0.1"].includes(target.hostname);
  const options = {
    method,
    headers: { host: target.host, ...headers },
    agent: false as const,
    timeout: 10_000,
    ...(isHere ? { hostname: "127.0.0.1", localAddress: ownAddress } : {}),
  };
  return new Promise((resolve, reject) => {
    const request = (target.protocol === "https:" ? overHttps : overHttp)(target, options, (response) => {
      const from = (response.socket.localAddress ?? "").replace(/^::ffff:/, "");
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("error", reject);
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          body: Buffer.concat(parts).toString(),
          headers: response.headers,
          from,
        }),
      );
    });
    request.on("timeout", () => request.destroy(new Error("no answer within 10 s")));
    request.on("error", reject);
    request.end(body);
  });
}
