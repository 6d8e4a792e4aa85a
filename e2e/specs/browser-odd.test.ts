import { afterAll, beforeAll, expect, it } from "vitest";
import { enterAsGuest, openBrowser, write, type Browser } from "../support/browser.js";
import { eventually } from "../support/eventually.js";
import { connect, type Person } from "../support/person.js";
import { enter, guest } from "../support/session.js";
import { startStack, type Stack } from "../support/stack.js";

// What people may well do, and what must not break the page of those who see it.

let stack: Stack;
let ann: Browser;
let bob: Person;

beforeAll(async () => {
  stack = await startStack({ LIMIT_MESSAGES: "off", LIMIT_COMMANDS: "off" }, ["--single"]);
  bob = await connect(await guest(stack.url, "Bob"));
  ann = await openBrowser(stack.url);
  await enterAsGuest(ann, "Ann");
});
afterAll(async () => {
  bob?.close();
  await ann?.close();
  await stack?.stop();
});

const shown = (text: string) => ann.page.getByRole("log").getByText(text, { exact: true });
/** As when the user comes back to the page's window: rooms are read again. */
const comeBack = () => ann.page.evaluate(() => window.dispatchEvent(new Event("focus")));

it("a room of any id that is allowed is a room", async () => {
  const owner = await enter(stack.url, "/api/users", { name: "Olga", password: "a good password" });
  const room = { id: "constructor", title: "Constructor", visibility: "public" };
  expect((await owner.request("POST", "/api/rooms", room)).status).toBe(201);
  await comeBack();
  await ann.page.getByRole("navigation").getByRole("button", { name: "Constructor" }).click();
  await write(ann, "Built here");
  await shown("Built here").waitFor();
  await ann.page.getByRole("navigation").getByRole("button", { name: "General" }).click();
  expect(ann.problems).toEqual([]);
});

it("a text that is made to take long takes no longer than others", async () => {
  const text = `http://a/${".".repeat(2600)}x${")".repeat(1300)}`;
  expect(await bob.say("general", text)).toMatchObject({ ok: true });
  await bob.say("general", "The one after it");
  await shown("The one after it").waitFor({ timeout: 10_000 });
});

it("a page that is open for very many messages stays at the end, and finds the old ones again", async () => {
  const { page } = ann;
  for (let i = 1; i <= 2100; i += 50)
    await Promise.all(Array.from({ length: 50 }, (_, n) => bob.say("general", `Number ${i + n}`)));
  await eventually("the last one is in view", () => shown("Number 2100").isVisible(), 20_000);
  const list = page.getByRole("log");
  const distance = () =>
    list.evaluate((element) => element.scrollHeight - element.clientHeight - element.scrollTop);
  await eventually("the list is at its end", async () => (await distance()) < 5);
  await bob.say("general", "One more");
  await eventually("one more is in view", () => shown("One more").isVisible());
  // Of what is let go of nothing is lost: it is read again from the top of what is there.
  await eventually(
    "the first ones come back",
    async () => {
      await list.evaluate((element) => element.scrollTo({ top: 0 }));
      const numbers = [...(await list.innerText()).matchAll(/Number (\d+)/g)].map(([, digits]) =>
        Number(digits),
      );
      return Math.min(...numbers) < 800;
    },
    20_000,
  );
  await page.getByRole("button", { name: "Latest messages" }).click();
  await eventually("the end is in view again", () => shown("One more").isVisible());
  expect(ann.problems).toEqual([]);
});
