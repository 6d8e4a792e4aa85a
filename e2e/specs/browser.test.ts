import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { enterAsGuest, openBrowser, write, type Browser } from "../support/browser.js";
import { request } from "../support/session.js";
import { relayTo, type Relay } from "../support/relay.js";
import { startStack, type Stack } from "../support/stack.js";

let stack: Stack;
let ann: Browser;
let bob: Browser;
const relays: Relay[] = [];
const browsers: Browser[] = [];

async function browserOn(node: string, path = "/", scheme: "light" | "dark" = "light"): Promise<Browser> {
  const relay = await relayTo(stack.url, node);
  const browser = await openBrowser(relay.url + path, scheme);
  relays.push(relay);
  browsers.push(browser);
  return browser;
}

beforeAll(async () => {
  stack = await startStack({ HEARTBEAT_INTERVAL_MS: "1000" });
  ann = await browserOn("node-1");
  bob = await browserOn("node-2", "/", "dark");
  await enterAsGuest(ann, "Ann");
  await enterAsGuest(bob, "Bob");
});
afterAll(async () => {
  await Promise.all(browsers.map((browser) => browser.close()));
  relays.forEach((relay) => relay.close());
  await stack.stop();
});

const shows = ({ page }: Browser, text: string) =>
  page.getByRole("log").getByText(text, { exact: true }).waitFor();

describe("two people on two nodes, through nginx", () => {
  it("read what the other writes, each message once and in the same order", async () => {
    await ann.picture("entry-done");
    await write(ann, "Hello from the first node");
    await shows(bob, "Hello from the first node");
    await write(bob, "Hello from the second");
    await shows(ann, "Hello from the second");
    for (const browser of [ann, bob]) {
      const text = await browser.page.getByRole("log").innerText();
      expect(text.match(/Hello from the first node/g)).toHaveLength(1);
      expect(text.indexOf("Hello from the second")).toBeGreaterThan(
        text.indexOf("Hello from the first node"),
      );
    }
    await ann.picture("chat-light");
    await bob.picture("chat-dark");
  });

  it("see one another among those who are here", async () => {
    for (const browser of [ann, bob]) {
      const aside = browser.page.getByRole("complementary");
      await aside.getByText("Ann", { exact: true }).waitFor();
      await aside.getByText("Bob", { exact: true }).waitFor();
    }
  });

  it("see hostile text as text", async () => {
    const text = '<img src=x onerror="alert(1)"> javascript:alert(1)';
    await write(ann, text);
    await shows(bob, text);
    expect(await bob.page.locator("img[src=x]").count()).toBe(0);
    expect(bob.problems).toEqual([]);
  });

  it("go on when the first one's node is killed, and nothing is missing", async () => {
    process.kill(stack.process("node-1").pid, "SIGKILL");
    await write(bob, "Are you still there?");
    await shows(ann, "Are you still there?");
    await write(ann, "Yes, on another node");
    await shows(bob, "Yes, on another node");
    expect([...ann.problems, ...bob.problems]).toEqual([]);
  });

  it("keep what one writes without a connection, and send it once there is one", async () => {
    await ann.page.context().setOffline(true);
    await write(ann, "Written on the train");
    await ann.picture("chat-offline");
    await ann.page.getByText("Written on the train").waitFor();
    await ann.page.context().setOffline(false);
    await shows(bob, "Written on the train");
    expect((await bob.page.getByRole("log").innerText()).match(/Written on the train/g)).toHaveLength(1);
  });
});

describe("the dashboard", () => {
  it("shows the cluster live, and its announcement reaches every chat page", async () => {
    const admin = await browserOn("node-3", "/admin");
    await admin.page.getByText("Log in", { exact: true }).first().click();
    await admin.page.getByRole("textbox", { name: "Name" }).fill(stack.admin.name);
    await admin.page.getByLabel("Password", { exact: true }).fill(stack.admin.password);
    await admin.page.getByRole("button", { name: "Log in" }).click();
    for (const { instanceId, role } of stack.processes())
      if (["node", "emitter", "worker"].includes(role))
        await admin.page.getByRole("table").getByText(instanceId, { exact: true }).waitFor();

    process.kill(stack.process("node-1").pid, "SIGKILL");
    await admin.page.getByText(/lost/i).first().waitFor();
    await admin.page.getByRole("textbox", { name: "Text" }).fill("We restart at noon");
    await admin.page.getByRole("button", { name: "Announce" }).click();
    await bob.page.getByText("We restart at noon").waitFor();
    await admin.picture("dashboard");
    await bob.picture("announcement");
    expect(admin.problems).toEqual([]);
  });

  it("is refused to others", async () => {
    const session = await bob.page.evaluate(() =>
      fetch("/api/admin/cluster").then((response) => response.status),
    );
    expect(session).toBe(403);
    expect((await request(stack.url, "GET", "/api/admin/cluster")).status).toBe(401);
  });
});
