// Every locale at every width, and every state of the widget at every width: nothing
// overflows, and axe finds nothing.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { assertAccessible, chooseGift, element, keepPictures, onPage, openForm, openStage, pay, script } from "../stage.mjs";

const WIDTHS = [360, 412, 600, 768, 1024, 1280, 1920];
const LOCALES = [
  "en-US", "en-GB", "en-IE", "en-NZ", "de-DE", "de-CH", "de-AT", "fr-FR", "fr-BE", "it-IT", "nl-NL",
  "sv-SE", "da-DK", "pl-PL", "en-AU", "fr-CA", "en-CA", "es-ES", "ja-JP", "es-MX", "ko-KR", "pt-BR",
  "en-SG", "ms-MY", "th-TH", "id-ID", "vi-VN", "hu-HU", "cs-CZ", "ro-RO", "fil-PH", "tr-TR",
];
const ALL = 'tribute comment cover-fees="20" goal="5000000" designation="A; B" match-url="https://example.org/"';

let stage;
before(async () => (stage = await openStage()));
after(() => stage.close());

/** Whether anything reaches over the edge of the page or of the form. */
const isWide = page => page.evaluate(() => {
  const place = document.querySelector("giving-button, giving-form").shadowRoot.querySelector(".giving");
  return document.documentElement.scrollWidth > innerWidth || place.scrollWidth > place.clientWidth + 1;
});

for (const locale of LOCALES) {
  test(`${locale} fits from 360 to 1920 pixels, over the page and in it`, async () => {
    for (const name of ["giving-button", "giving-form"]) {
      const body = element(stage.credentials, `locale="${locale}" ${ALL}`, name) + script(stage.credentials);
      await onPage(stage, { body }, async ({ page }) => {
        await page.goto(stage.host.url);
        if (name === "giving-button") await page.getByRole("link", { name: "Donate" }).click();
        await page.locator("form .amounts").waitFor();
        await page.locator(".tip").click();
        await page.locator(".fees").click();
        for (const width of WIDTHS) {
          await page.setViewportSize({ width, height: 900 });
          assert.equal(await isWide(page), false, `${name} at ${width}`);
        }
        await assertAccessible(page, `${locale} in ${name}`);
        await keepPictures(page, `matrix-${name}-${locale}`);
      });
    }
  });
}

test("the thank-you fits from 360 to 1920 pixels", async () => {
  await onPage(stage, {}, async ({ page }) => {
    await openForm(stage, page);
    await chooseGift(page);
    await pay(page);
    await page.locator("h3", { hasText: "25 SIR" }).waitFor();
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      assert.equal(await isWide(page), false, `at ${width}`);
    }
  });
});
