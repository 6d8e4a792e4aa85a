import type { IncomingMessage } from "node:http";
import { describe, expect, it } from "vitest";
import { clientAddress, isSecure } from "./client-address.js";
import { assertOrigin } from "./origin.js";

const request = (headers: Record<string, string>, socket: object = { remoteAddress: "10.0.0.1" }) =>
  ({ headers, socket }) as unknown as IncomingMessage;
const cookie = "parley=s%3Aabc";

describe("origin", () => {
  const judge = (headers: Record<string, string>, allowed: string[] = [], proxies = 1) => {
    try {
      assertOrigin(request({ host: "chat.example:8080", ...headers }), { allowed, proxies });
      return "passes";
    } catch (error) {
      return (error as { code?: string }).code;
    }
  };

  it("is not asked for without a session cookie", () => {
    expect(judge({})).toBe("passes");
    expect(judge({ cookie: "other=1; notparley=2", origin: "https://evil.example" })).toBe("passes");
  });

  it.each(["parley", "__Host-parley", "__Secure-parley"])("is required beside the cookie %s", (name) => {
    expect(judge({ cookie: `a=b; ${name}=x` })).toBe("forbidden");
  });

  it("may be the own one: scheme and host as the proxy passed them", () => {
    expect(judge({ cookie, origin: "http://chat.example:8080" })).toBe("passes");
    expect(judge({ cookie, origin: "https://chat.example:8080" })).toBe("forbidden");
    expect(judge({ cookie, origin: "https://chat.example:8080", "x-forwarded-proto": "https" })).toBe(
      "passes",
    );
  });

  it.each([
    "http://chat.example",
    "http://chat.example:8080.evil.example",
    "null",
    "",
    "http://evil.example:8080",
  ])("is refused when it is another: %j", (origin) => expect(judge({ cookie, origin })).toBe("forbidden"));

  it("is one of the allowed ones, exactly, where they are given", () => {
    const allowed = ["https://a.example"];
    expect(judge({ cookie, origin: "https://a.example" }, allowed)).toBe("passes");
    expect(judge({ cookie, origin: "https://a.example.evil" }, allowed)).toBe("forbidden");
    expect(judge({ cookie, origin: "http://chat.example:8080" }, allowed)).toBe("forbidden");
  });
});

describe("client address", () => {
  const hops = { "x-forwarded-for": "6.6.6.6, 1.2.3.4" };

  it("is the connection's own without proxies, whatever the client writes", () => {
    expect(clientAddress(request(hops), 0)).toBe("10.0.0.1");
  });

  it("is what the trusted proxies saw, never what a client wrote in front", () => {
    expect(clientAddress(request(hops), 1)).toBe("1.2.3.4");
    expect(clientAddress(request(hops), 2)).toBe("6.6.6.6");
  });

  it("is the nearest known when there are fewer hops than proxies", () => {
    expect(clientAddress(request({}), 1)).toBe("10.0.0.1");
    expect(clientAddress(request(hops), 9)).toBe("6.6.6.6");
  });

  it("is what the proxy saw over a Unix socket, which has none of its own", () => {
    expect(clientAddress(request(hops, {}), 1)).toBe("1.2.3.4");
    expect(clientAddress(request({}, {}), 1)).toBe("");
  });
});

describe("secure", () => {
  it("is what the proxy tells, when there is one", () => {
    expect(isSecure(request({ "x-forwarded-proto": "https" }), 1)).toBe(true);
    expect(isSecure(request({ "x-forwarded-proto": "https" }), 0)).toBe(false);
    expect(isSecure(request({ "x-forwarded-proto": "http" }, { encrypted: true }), 1)).toBe(false);
  });

  it("is the connection's own otherwise", () => {
    expect(isSecure(request({}, { encrypted: true }), 0)).toBe(true);
    expect(isSecure(request({}), 1)).toBe(false);
  });
});
