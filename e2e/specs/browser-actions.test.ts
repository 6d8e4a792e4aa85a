import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openBrowser, write, type Browser } from "../support/browser.js";
import { eventually } from "../support/eventually.js";
import { relayTo, type Relay } from "../support/relay.js";
import { guest } from "../support/session.js";
import { startStack, type Stack } from "../support/stack.js";

const password = "a-long-password";
let stack: Stack;
let ann: Browser;
let bob: Browser;
let root: Browser;
const relays: Relay[] = [];
const browsers: Browser[] = [];

async function browserOn(node: string, scheme: "light" | "dark" = "light"): Promise<Browser> {
  const relay = await relayTo(stack.url, node);
  const browser = await openBrowser(relay.url, scheme);
  relays.push(relay);
  browsers.push(browser);
  return browser;
}

async function enter({ page }: Browser, way: "New account" | "Log in", name: string, secret = password) {
  await page.getByText(way, { exact: true }).first().click();
  await page.getByRole("textbox", { name: "Name" }).fill(name);
  await page.getByLabel("Password", { exact: true }).fill(secret);
  await page.getByRole("button", { name: /^(Create account|Log in)$/ }).click();
  await log(page).waitFor();
}

const log = (page: Page) => page.getByRole("log");
const shown = (page: Page, text: string) => log(page).getByText(text, { exact: true });
const row = (page: Page, text: string) => log(page).getByRole("article").filter({ hasText: text });
const people = (page: Page) => page.getByRole("complementary", { name: "Who is here" });
const room = (page: Page, title: string) => page.getByRole("navigation").getByRole("button", { name: title });

async function choose(page: Page, within: Locator, item: string): Promise<void> {
  // A row that goes and comes, as that of somebody who reconnects, takes its menu with it.
  await eventually(
    `"${item}" is chosen`,
    async () => {
      await within.hover();
      await within.getByRole("button", { name: /^Actions for/ }).click();
      const chosen = page.getByRole("menuitem", { name: item, exact: true }).click({ timeout: 3000 });
      return chosen.then(
        () => true,
        () => false,
      );
    },
    30_000,
  );
}

const onMessage = ({ page }: Browser, text: string, item: string) => choose(page, row(page, text), item);
const onPerson = ({ page }: Browser, name: string, item: string) =>
  choose(page, people(page).getByRole("listitem").filter({ hasText: name }), item);

/** As when the user comes back to the page's window. */
const comeBack = ({ page }: Browser) => page.evaluate(() => window.dispatchEvent(new Event("focus")));

async function reload({ page }: Browser): Promise<void> {
  await page.reload();
  await log(page).waitFor();
}

beforeAll(async () => {
  stack = await startStack({ HEARTBEAT_INTERVAL_MS: "1000" });
  ann = await browserOn("node-1");
  bob = await browserOn("node-2", "dark");
  root = await browserOn("node-3");
  await enter(ann, "New account", "Ann");
  await enter(bob, "New account", "Bob");
  await enter(root, "Log in", stack.admin.name, stack.admin.password);
});
afterAll(async () => {
  await Promise.all(browsers.map((browser) => browser.close()));
  relays.forEach((relay) => relay.close());
  await stack.stop();
});

describe("two people on two nodes", () => {
  async function seeAll({ page }: Browser, reaction: string): Promise<void> {
    // The answer quotes it, below.
    await shown(page, "Lunch at one").first().waitFor();
    await row(page, "Lunch at one")
      .first()
      .getByText(/^edited/)
      .waitFor();
    await page.getByRole("button", { name: reaction }).waitFor();
    await row(page, "See you there").getByText("Lunch at one").waitFor();
    await log(page).getByText("Message deleted").waitFor();
    for (const gone of ["A slip", "Lunch at noon"]) expect(await log(page).getByText(gone).count()).toBe(0);
  }

  it("see one another's edits, deletes, reactions and replies, also after a reload", async () => {
    await write(ann, "Lunch at noon");
    await shown(bob.page, "Lunch at noon").waitFor();
    await onMessage(ann, "Lunch at noon", "Edit");
    await write(ann, "Lunch at one");
    await shown(bob.page, "Lunch at one").waitFor();
    await onMessage(bob, "Lunch at one", "React with 👍");
    await onMessage(bob, "Lunch at one", "Reply");
    await write(bob, "See you there");
    await write(bob, "A slip");
    await shown(ann.page, "A slip").waitFor();
    await onMessage(bob, "A slip", "Delete");
    await bob.page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();

    await seeAll(ann, "👍 by Bob");
    await seeAll(bob, "👍 by you");
    await Promise.all([reload(ann), reload(bob)]);
    await seeAll(ann, "👍 by Bob");
    await seeAll(bob, "👍 by you");
    expect([...ann.problems, ...bob.problems]).toEqual([]);
  });
});

describe("two pages of one user", () => {
  /** Both write while their node does not answer, and one is closed before it does. */
  async function writeAndClose(texts: [string, string, string]): Promise<void> {
    const other = await bob.page.context().newPage();
    await other.goto(bob.page.url());
    await other.getByText("Connected", { exact: true }).waitFor();
    await shown(other, "See you there").waitFor();
    process.kill(stack.process("node-2").pid, "SIGSTOP");
    await write(bob, texts[0]);
    await write({ ...bob, page: other }, texts[1]);
    await write({ ...bob, page: other }, texts[2]);
    await row(other, texts[2]).getByText("sending…").waitFor();
    // Each page shows what the other one has not sent yet.
    await row(bob.page, texts[2]).getByText("sending…").waitFor();
    await other.close();
  }

  async function seeOnce(page: Page, texts: string[]): Promise<void> {
    for (const text of texts) await shown(page, text).waitFor({ timeout: 60_000 });
    await eventually("nothing waits", async () => (await log(page).getByText("sending…").count()) === 0);
    for (const text of texts) expect(await shown(page, text).count(), text).toBe(1);
  }

  it.each([
    ["goes on and stores what it had been sent", "SIGCONT"],
    ["dies with it", "SIGKILL"],
  ] as const)("lose and double nothing when one is closed and the frozen node %s", async (_, signal) => {
    const texts = ["stays", "closed first", "closed second"].map((text) => `${text} ${signal}`);
    await writeAndClose(texts as [string, string, string]);
    process.kill(stack.process("node-2").pid, signal);
    await seeOnce(bob.page, texts);
    await seeOnce(ann.page, texts);
    const again = await bob.page.context().newPage();
    await again.goto(bob.page.url());
    await seeOnce(again, texts);
    await again.close();

    const reader = await guest(stack.url, `Reader ${signal}`);
    const { body } = await reader.request("GET", "/api/rooms/general/events?limit=200");
    const stored = (body.events as { text?: string }[]).map(({ text }) => text);
    for (const text of texts) expect(stored.filter((one) => one === text)).toHaveLength(1);
    expect(bob.problems).toEqual([]);
  });
});

describe("a private room", () => {
  it("is open to whom its owner lets in, until he is taken out or leaves", async () => {
    await ann.page.getByRole("button", { name: "New room" }).click();
    const dialog = ann.page.getByRole("dialog");
    await dialog.getByRole("textbox", { name: "Title" }).fill("Den");
    await dialog.getByText("Only its members").click();
    await dialog.getByRole("button", { name: "Create room" }).click();
    await ann.page.getByRole("log", { name: "Messages in Den" }).waitFor();
    expect(await room(bob.page, "Den").count()).toBe(0);

    await ann.page.getByRole("button", { name: "Let somebody in" }).click();
    await ann.picture("let-in");
    await dialog.getByRole("button", { name: "Let Bob in" }).click();
    await log(ann.page).getByText("Bob was let in by Ann").waitFor();
    await reload(bob);
    await room(bob.page, "Den").click();
    await write(bob, "Nice in here");
    await shown(ann.page, "Nice in here").waitFor();

    await onPerson(ann, "Bob", "Make a moderator");
    await ann.page.getByText("Bob moderates this room now.").waitFor();
    await comeBack(bob);
    await bob.page.getByRole("button", { name: "Let somebody in" }).waitFor();
    await onPerson(ann, "Bob", "Take out…");
    await ann.picture("take-out");
    await dialog.getByRole("button", { name: "Take out" }).click();
    await bob.page.getByText("Ann took you out of this room.").waitFor();
    await bob.picture("taken-out");
    await log(ann.page).getByText("Bob was taken out by Ann").waitFor();
    await room(bob.page, "Den").waitFor({ state: "detached" });

    await bob.page.getByRole("button", { name: "Account of Bob" }).click();
    const id = await bob.page.getByText(/^[0-9a-f]{8}-[0-9a-f-]{27}$/).innerText();
    await bob.page.keyboard.press("Escape");
    await ann.page.getByRole("button", { name: "Let somebody in" }).click();
    await dialog.getByRole("textbox", { name: "Name or id" }).fill(id);
    await dialog.getByRole("button", { name: /^Let .* in$/ }).click();
    await log(ann.page).getByText("Bob was let in by Ann").nth(1).waitFor();
    await comeBack(bob);
    await shown(bob.page, "Nice in here").waitFor();
    await bob.page.getByRole("button", { name: "Leave the room" }).click();
    await bob.page.getByRole("dialog").getByRole("button", { name: "Leave" }).click();
    await bob.page.getByRole("log", { name: "Messages in General" }).waitFor();
    await log(ann.page).getByText("Bob left").waitFor();
    expect([...ann.problems, ...bob.problems]).toEqual([]);
  });
});

describe("an admin, from the list of people", () => {
  const alert = ({ page }: Browser) => page.getByRole("alert");

  it("mutes: what is written is refused with the reason, and sent once it is taken back", async () => {
    await onPerson(root, "Bob", "Mute for 10 minutes");
    await root.page.getByText("Bob is muted for 10 minutes.").waitFor();
    await write(bob, "Am I heard?");
    await bob.page.getByText(/^Not sent\. An admin has muted you/).waitFor();
    await bob.picture("muted");
    await root.page.getByRole("button", { name: "Take back" }).click();
    await root.page.getByText("Bob may write again.").waitFor();
    await bob.page.getByRole("button", { name: "Retry" }).click();
    await shown(root.page, "Am I heard?").waitFor();
  });

  it("kicks: the other one is told why, and comes back", async () => {
    await onPerson(root, "Bob", "Kick…");
    await root.page.getByRole("textbox", { name: "Reason" }).fill("Please calm down");
    await root.picture("kick");
    await root.page.getByRole("dialog").getByRole("button", { name: "Kick" }).click();
    await alert(bob).getByText("You were sent out").waitFor();
    await alert(bob).getByText("Please calm down").waitFor();
    await bob.picture("kicked");
    await bob.page.getByRole("button", { name: "Come back" }).click();
    await shown(bob.page, "Am I heard?").waitFor();
  });

  it("bans: the other one is told why and stays out, until it is taken back", async () => {
    await onPerson(root, "Bob", "Ban…");
    await root.page.getByRole("textbox", { name: "Reason" }).fill("Selling watches");
    await root.page.getByRole("dialog").getByRole("button", { name: "Ban" }).click();
    await alert(bob).getByText("You are banned").waitFor();
    await alert(bob).getByText("Selling watches").waitFor();
    await bob.picture("banned");
    await bob.page.reload();
    await alert(bob).getByText("You are banned").waitFor();

    await root.picture("banned-notice");
    await root.page.getByRole("button", { name: "Take back" }).click();
    await root.page.getByText("Bob may come back.").waitFor();
    await reload(bob);
    await log(root.page)
      .getByText(/Bob was banned by .*: Selling watches/)
      .waitFor();
    expect([...root.problems, ...bob.problems]).toEqual([]);
  });

  it("bans who is away: he is told when he comes back", async () => {
    await onPerson(root, "Bob", "Ban…");
    await bob.page.context().setOffline(true);
    await bob.page.getByText(/^(Offline|Reconnecting…)$/).waitFor();
    await root.page.getByRole("dialog").getByRole("button", { name: "Ban" }).click();
    await root.page.getByText("Bob is banned.").waitFor();
    await bob.page.context().setOffline(false);
    await alert(bob).getByText("An admin keeps you out of this chat.").waitFor();
  });
});
