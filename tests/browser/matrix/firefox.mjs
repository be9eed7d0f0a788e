// The main path in Firefox, driven by puppeteer: from the button to the thank-you.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import puppeteer from "puppeteer-core";

import { openStage } from "../stage.mjs";

const FIREFOX = process.env.FIREFOX ?? "/usr/bin/firefox-esr";

const skip = existsSync(FIREFOX) ? false : "no Firefox: apt-get install firefox-esr";

test("a gift of $25 in Firefox comes back as a thank-you with 25 SIR", { skip }, async () => {
  const stage = await openStage();
  const browser = await puppeteer.launch({ browser: "firefox", executablePath: FIREFOX, defaultViewport: null });
  try {
    const page = await browser.newPage();
    await page.goto(stage.host.url);
    const click = selector => page.locator(selector).click();
    await click("giving-button >>> a");
    await click("giving-button >>> .amounts .choice:nth-of-type(2)");
    await page.locator("giving-button >>> input[name=email]").fill("ada@example.org");
    await Promise.all([page.waitForNavigation(), click("giving-button >>> footer button")]);
    if (process.env.SHOT) await page.screenshot({ path: process.env.SHOT });
    for (const [name, value] of [["card", "4242424242424242"], ["expiry", "1240"], ["code", "123"]]) {
      await page.locator(`input[name=${name}]`).fill(value);
    }
    await Promise.all([page.waitForNavigation(), click("form button.main")]);
    const title = await page.waitForSelector("giving-button >>> h3::-p-text(25 SIR)");
    assert.ok(title);
    assert.equal(page.url(), stage.host.url);
  } finally {
    await browser.close();
    await stage.close();
  }
});
