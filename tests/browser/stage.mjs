// The stage of the browser tests: the real server on a port of its own, a
// nonprofit's page on another origin, and one Chromium.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { AxeBuilder } from "@axe-core/playwright";
import { chromium } from "playwright-core";

const CHROMIUM_ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const SCREENSHOTS = new URL("screenshots/", import.meta.url).pathname;

/** Starts server, page and browser; `close` ends them all. */
export async function openStage() {
  const { base, credentials, close } = await openServer();
  const host = await startHost(tag(credentials));
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: CHROMIUM_ARGUMENTS,
  });
  return {
    base,
    credentials,
    host,
    browser,
    close: async () => {
      await browser.close();
      host.close();
      close();
    },
  };
}

/** Starts a demo in a folder of its own, with these settings; `close` ends both. */
export async function openServer(settings = {}) {
  const folder = mkdtempSync(join(tmpdir(), "giving-browser-"));
  const server = await startServer(folder, settings);
  const credentials = JSON.parse(readFileSync(join(folder, "demo-credentials.json"), "utf8"));
  return {
    base: credentials.baseUrl,
    credentials,
    close: () => {
      server.kill("SIGTERM");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function startServer(folder, settings) {
  const program = process.env.GIVING_BIN ?? new URL("../../target/debug/giving", import.meta.url).pathname;
  const server = spawn(program, ["serve", "--demo", "--listen", "127.0.0.1:0", "--data-dir", folder], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...settings },
  });
  for await (const line of createInterface({ input: server.stdout })) {
    if (line.startsWith("listening on ")) return server;
  }
  throw new Error("the server did not start");
}

/** The one tag that a nonprofit pastes. */
export function tag({ baseUrl, publicKey }) {
  return `<script async src="${baseUrl}/donate.js" data-key="${publicKey}" data-nonprofit="american-red-cross"></script>`;
}

/** A page of another origin, whose body (or all of whose HTML), headers and further files a test can set. */
async function startHost(body) {
  const page = { body, headers: {}, files: {}, html: "" };
  const server = createServer((request, response) => {
    const file = page.files[new URL(request.url, "http://host").pathname];
    if (file) {
      response.writeHead(200, { "content-type": file.type });
      return response.end(file.contents);
    }
    response.writeHead(200, { "content-type": "text/html; charset=utf-8", ...page.headers });
    response.end(page.html || `<!doctype html><html lang="en"><title>A nonprofit</title>
      <meta name="viewport" content="width=device-width">
      <link rel="icon" href="data:,"><main><h1>A nonprofit</h1>${page.body}</main></html>`);
  });
  await new Promise(done => server.listen(0, "127.0.0.1", done));
  page.url = `http://localhost:${server.address().port}/give-here`;
  page.close = () => server.close();
  return page;
}

/** A fresh visitor, and every request that the visit makes. */
export async function visit(stage, options = {}) {
  const context = await stage.browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const requests = [];
  context.on("request", request => requests.push(request.url()));
  return { context, page, requests, leave: () => context.close() };
}

/** Sets the host's page for one test, and puts it back after. */
export async function onPage(stage, settings, work, options) {
  const { host } = stage;
  const before = { body: host.body, headers: host.headers, files: host.files, html: host.html };
  Object.assign(host, settings);
  const visitor = await visit(stage, options);
  const told = [];
  visitor.page.on("console", message => told.push(`${message.type()}: ${message.text()}`));
  try {
    await work({ ...visitor, told });
  } finally {
    Object.assign(host, before);
    await visitor.leave();
  }
}

/** An element of the widget with the demo's key and these attributes. */
export function element({ publicKey }, attributes = "", name = "giving-button") {
  return `<${name} key="${publicKey}" nonprofit="american-red-cross" ${attributes}></${name}>`;
}

/** The script alone. */
export function script({ baseUrl }) {
  return `<script async src="${baseUrl}/donate.js"></script>`;
}

/** No violation of what axe checks, in what this state shows. */
export async function assertAccessible(page, state) {
  // A colour on its way to another has the contrast of neither.
  await page.emulateMedia({ reducedMotion: "reduce" });
  const { violations } = await new AxeBuilder({ page }).analyze();
  assert.deepEqual(violations.map(({ id, nodes }) => [id, nodes.map(node => node.html)]), [], state);
}

/** Opens the form of the first button on the host's page. */
export async function openForm(stage, page) {
  await page.goto(stage.host.url);
  await page.getByRole("link", { name: "Donate" }).first().click();
  await page.locator("form .amounts").waitFor();
}

/** Fills the form and sends it; the browser is then at the checkout. */
export async function chooseGift(page, { amount = "$25", email = "ada@example.org" } = {}) {
  await page.locator(".amounts label", { hasText: amount }).first().click();
  await page.locator("input[name=email]").fill(email);
  await page.locator("form button.primary").click();
  await page.waitForURL(/\/checkout\//);
}

/** Pays at the checkout with a card. */
export async function pay(page, card = "4242 4242 4242 4242") {
  await page.locator("input[name=card]").fill(card);
  await page.locator("input[name=expiry]").fill("12 / 40");
  await page.locator("input[name=code]").fill("123");
  await page.getByRole("button", { name: /^Pay/ }).click();
}

/** Keeps what a person would see, narrow and wide, light and dark. */
export async function keepPictures(page, name) {
  mkdirSync(SCREENSHOTS, { recursive: true });
  for (const width of [360, 1280]) {
    await page.setViewportSize({ width, height: width === 360 ? 780 : 900 });
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: join(SCREENSHOTS, `${name}-${width}-${colorScheme}.png`) });
    }
  }
  await page.emulateMedia({ colorScheme: null });
}
