import { expect, it } from "vitest";
import { fillIn, renderNginx } from "./nginx.js";

const options = {
  listen: "0.0.0.0:8080",
  nodes: ["127.0.0.1:3001", "unix:/run/node-2.sock"],
  realIpFrom: ["10.0.0.0/8"],
  connectionsPerAddress: 1000,
};

it("leaves no variable of its own behind and keeps nginx's", () => {
  const files = renderNginx(options);
  expect([...files.keys()].toSorted()).toEqual([
    "error.conf",
    "nginx.conf",
    "nodes.conf",
    "proxy.conf",
    "site.conf",
    "sockets.conf",
  ]);
  for (const text of files.values()) expect(text).not.toContain("${");
  expect(files.get("proxy.conf")).toContain("X-Forwarded-For $remote_addr;");
});

it("lists the nodes for HTTP and for sockets, where none is taken out", () => {
  const files = renderNginx(options);
  expect(files.get("nodes.conf")?.trim().split("\n")).toEqual([
    "server 127.0.0.1:3001 max_fails=2 fail_timeout=1s;",
    "server unix:/run/node-2.sock max_fails=2 fail_timeout=1s;",
  ]);
  expect(files.get("sockets.conf")?.trim().split("\n")).toEqual([
    "server 127.0.0.1:3001 max_fails=0;",
    "server unix:/run/node-2.sock max_fails=0;",
  ]);
  expect(files.get("nginx.conf")).toMatch(/upstream nodes \{[^}]*include nodes\.conf;/);
  expect(files.get("nginx.conf")).toMatch(/upstream sockets \{[^}]*include sockets\.conf;/);
});

it("believes nobody's X-Forwarded-For unless a balancer is named", () => {
  expect(renderNginx(options).get("nginx.conf")).toContain("set_real_ip_from 10.0.0.0/8;");
  expect(renderNginx({ ...options, realIpFrom: [] }).get("nginx.conf")).not.toContain("set_real_ip_from");
});

it("refuses a template that asks for something unknown", () => {
  expect(() => fillIn("listen ${NOWHERE};", {})).toThrow(/NOWHERE/);
});
