import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type BrowserContext, type Page } from "playwright-core";

const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";

/** Somebody's browser: its own cookies and storage. `problems` collects what its pages complained about. */
export interface Browser {
  page: Page;
  problems: string[];
  /** Writes a picture when `SCREENSHOTS` names a folder. */
  picture(name: string): Promise<void>;
  close(): Promise<void>;
}

/** Opens a headless Chromium of its own at an address. */
export async function openBrowser(url: string, colorScheme: "light" | "dark" = "light"): Promise<Browser> {
  const profile = await mkdtemp(join(tmpdir(), "parley-browser-"));
  const context: BrowserContext = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    colorScheme,
    viewport: { width: 1280, height: 800 },
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  const page = context.pages()[0] ?? (await context.newPage());
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("dialog", (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(url);
  return {
    page,
    problems,
    async picture(name) {
      const folder = process.env.SCREENSHOTS;
      if (folder !== undefined) await page.screenshot({ path: join(folder, `${name}.png`) });
    },
    async close() {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

/** Enters as a guest through the page. */
export async function enterAsGuest({ page }: Browser, name: string): Promise<void> {
  await page.getByRole("textbox", { name: "Name" }).fill(name);
  await page.getByRole("button", { name: "Enter as a guest" }).click();
  await page.getByRole("log").waitFor();
}

/** Writes into the room that is open. */
export async function write({ page }: Browser, text: string): Promise<void> {
  const composer = page.getByRole("textbox", { name: /^Message/ });
  await composer.fill(text);
  await composer.press("Enter");
}
