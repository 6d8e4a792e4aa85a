// The operations page names only what exists: its readers copy from it while something is on fire.

import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { projectRoot } from "./paths.js";

const read = (path: string) => readFileSync(join(projectRoot, path), "utf8");
const names = readdirSync(join(projectRoot, "docs")).filter((name) => name.endsWith(".md"));
const pages = ["README.md", ...names.map((name) => `docs/${name}`)];
const page = read("docs/operations.md");
/** What the page shows as code: fenced blocks, and words between backticks. */
const code = [...page.matchAll(/^ *```[a-z]*\n([\s\S]*?)^ *```$|`([^`\n]+)`/gm)].map(
  ([, fenced, word]) => fenced ?? word ?? "",
);
const found = (pattern: RegExp, text = code.join("\n")) =>
  new Set([...text.matchAll(pattern)].map((match) => match[1] ?? match[0]));
const missing = (names: Set<string>, known: Set<string>) => [...names].filter((name) => !known.has(name));

function sourcesBelow(folder: string): string {
  return readdirSync(join(projectRoot, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .map((name) => read(join(folder, name)))
    .join("\n");
}

describe("docs/operations.md", () => {
  it("names every metric of the program, and no other", () => {
    const known = found(/"(chat_[a-z_]+)"/g, read("server/metrics/metrics.ts"));
    const named = new Set(
      [...found(/\bchat_[a-z_]+/g)].map((name) => name.replace(/_(sum|count|bucket)$/, "")),
    );
    expect(missing(known, named)).toEqual([]);
    // In a pattern, such as `chat_(a|b)`, only the beginning stands.
    expect(missing(named, known).filter((name) => !name.endsWith("_"))).toEqual([]);
  });

  it("names every alert, and no other", () => {
    const known = found(/alert: (\w+)/g, read("compose/prometheus/alerts.yml"));
    const named = found(/\bParley[A-Z]\w+/g);
    expect(missing(known, named)).toEqual([]);
    expect(missing(named, known)).toEqual([]);
  });

  it("names only settings that exist", () => {
    const settings = /\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g;
    const known = found(settings, read(".env.example") + read("compose/help.txt"));
    for (const template of ["nginx.conf", "nodes.conf", "sockets.conf"])
      for (const name of found(/\$\{([A-Z_]+)\}/g, read(`nginx/${template}.template`))) known.add(name);
    expect(missing(found(settings), known).filter((name) => !/^(PID_OF_|PGCONNECT)/.test(name))).toEqual([]);
  });

  it("names only commands, scripts, routes and files that exist", () => {
    const commands = found(/command === "(\w+)"/g, read("server/main.ts"));
    expect(missing(found(/dist\/server\/main\.js (\w+)/g), commands)).toEqual([]);
    const scripts = new Set(Object.keys((JSON.parse(read("package.json")) as { scripts: object }).scripts));
    expect(missing(found(/npm (?:run )?(start|test|[a-z:]+)(?= |$)/gm), scripts)).toEqual([]);
    // A router may be mounted below a part of the path.
    const routes = [...found(/"(\/[\w/:.-]+)"/g, sourcesBelow("server"))];
    const named = [...found(/(?:GET|POST) (\/[\w/:.-]+)/g)];
    expect(named.filter((path) => !routes.some((route) => path.endsWith(route)))).toEqual([]);
    const files = found(
      /\b(?:compose|nginx|server|e2e)\/[\w./-]+\.(?:ts|mjs|sql|yaml|yml|json|acl|template)\b/g,
    );
    // What is made lies below compose/secrets/.
    const kept = [...files].filter((path) => !path.startsWith("compose/secrets/"));
    expect(kept.filter((path) => !existsSync(join(projectRoot, path)))).toEqual([]);
  });

  it("quotes log lines as they are written", () => {
    const written = sourcesBelow("server");
    const quoted = code.filter((text) => /^[a-z]+( [a-z:]+){1,6}$/.test(text) && !text.startsWith("npm "));
    expect(quoted.length).toBeGreaterThan(3);
    expect(quoted.filter((text) => !written.includes(text))).toEqual([]);
  });
});

describe("links between the pages", () => {
  const anchors = (path: string) =>
    read(path)
      .split("\n")
      .flatMap((line) => /^#+ (.*)$/.exec(line)?.[1] ?? [])
      .map((heading) =>
        heading
          .toLowerCase()
          .replaceAll(/[^\w\s-]/g, "")
          .replaceAll(" ", "-"),
      );

  it.each(pages)("%s", (from) => {
    for (const [, target = ""] of read(from).matchAll(/\]\((?!https?:)([^)]+)\)/g)) {
      const [file = "", anchor] = target.split("#");
      const path = file === "" ? from : join(dirname(from), file);
      expect(existsSync(join(projectRoot, path)), target).toBe(true);
      if (anchor !== undefined) expect(anchors(path), target).toContain(anchor);
    }
  });
});

it("the requirements cite only files that exist", () => {
  const cited = found(
    /`((?:server|client|shared|compose|e2e|nginx|docs)\/[\w./-]+)`/g,
    read("docs/requirements.md"),
  );
  expect(cited.size).toBeGreaterThan(30);
  expect([...cited].filter((path) => !existsSync(join(projectRoot, path)))).toEqual([]);
});
