import { readFileSync } from "node:fs";
import { join } from "node:path";
import express, { Router } from "express";
import { projectRoot } from "../config/paths.js";

const folder = join(projectRoot, "dist", "client");
const pages = ["/", "/admin"];

/**
 * The built client: hashed assets for a year, pages never from a cache, so that a new version's page finds its
 * assets (L5). `streamingUrl` tells the page where to open its socket (M4).
 */
export function clientRoutes(streamingUrl: string | null): Router {
  const router = Router();
  router.use(
    "/assets",
    express.static(join(folder, "assets"), {
      immutable: true,
      maxAge: "1y",
      index: false,
      fallthrough: false,
    }),
  );
  let page: string | null = null;
  router.get(pages, (_request, response) => {
    page ??= withStreamingUrl(readFileSync(join(folder, "index.html"), "utf8"), streamingUrl);
    response.set("Cache-Control", "no-cache").type("html").send(page);
  });
  router.use(express.static(folder, { index: false, maxAge: "1h" }));
  return router;
}

function withStreamingUrl(html: string, url: string | null): string {
  if (url === null) return html;
  return html.replace("</head>", `<meta name="parley-streaming-url" content="${new URL(url).href}"></head>`);
}
