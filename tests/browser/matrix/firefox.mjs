// The main path in Firefox, driven by puppeteer: from the button to the thank-you.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
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
    const click = async selector => (await page.waitForSelector(selector, { visible: true })).click();
    const type = async (selector, text) => (await page.waitForSelector(selector, { visible: true })).type(text);
    await click("giving-button >>> a");
    await click("giving-button >>> .amounts .choice:nth-of-type(2)");
    await type("giving-button >>> input[name=email]", "ada@example.org");
    await click("giving-button >>> footer button");
    await type("input[name=card]", "4242424242424242");
    await type("input[name=expiry]", "1240");
    await type("input[name=code]", "123");
    await click("form button.main");
    // What puppeteer waits for in one document is not found in the next, so each is asked anew.
    const isThanked = () => page.evaluate(() =>
      document.querySelector("giving-button")?.shadowRoot.querySelector("h3")?.textContent.includes("25 SIR")).catch(() => false);
    for (let asked = 0; !(await isThanked()); asked += 1) {
      assert.ok(asked < 200, "no thank-you came");
      await pause(100);
    }
    assert.equal(page.url(), stage.host.url);
  } finally {
    await browser.close();
    await stage.close();
  }
});
