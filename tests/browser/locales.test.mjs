// The words of the widget: every language has all of them, and each shows without
// overflowing its form.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { after, before, test } from "node:test";

import { element, keepPictures, onPage, openForm, openStage, script } from "./stage.mjs";

const FOLDER = new URL("../../public/locales/", import.meta.url);
const read = name => JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), "utf8"));
const NAMES = readdirSync(FOLDER).map(file => file.replace(/\.json$/, ""));
const LOCALES = [
  "en-US", "en-GB", "en-IE", "en-NZ", "de-DE", "de-CH", "de-AT", "fr-FR", "fr-BE", "it-IT", "nl-NL",
  "sv-SE", "da-DK", "pl-PL", "en-AU", "fr-CA", "en-CA", "es-ES", "ja-JP", "es-MX", "ko-KR", "pt-BR",
  "en-SG", "ms-MY", "th-TH", "id-ID", "vi-VN", "hu-HU", "cs-CZ", "ro-RO", "fil-PH", "tr-TR",
];
/** Shown as pictures too, to be looked at. */
const SHOWN = ["de-DE", "th-TH", "ja-JP"];
const COUNTS = [0, 1, 2, 3, 4, 5, 11, 12, 20, 21, 22, 100, 101, 1_000_000];

const placeholders = words => (words.match(/\{\w+\}/g) ?? []).sort().join(" ");
const isCounted = key => key.startsWith("gifts.");

let stage;
before(async () => (stage = await openStage()));
after(() => stage.close());

test("every language has the same words with the same places in them", () => {
  const english = read("en");
  const keys = Object.keys(english).filter(key => !isCounted(key));
  for (const name of NAMES) {
    const words = read(name);
    assert.deepEqual(Object.keys(words).filter(key => !isCounted(key)), keys, name);
    for (const key of Object.keys(words)) {
      const model = english[key] ?? english["gifts.other"];
      assert.equal(placeholders(words[key]), placeholders(model), `${name}: ${key}`);
      assert.match(words[key], /^\S([^]*\S)?$/, `${name}: ${key} has space around it or nothing in it`);
      assert.doesNotMatch(words[key], /__|\bTODO\b|<|>/, `${name}: ${key}`);
    }
  }
});

test("every language has the plural forms that its counts take", () => {
  for (const name of NAMES) {
    const words = read(name);
    const rules = new Intl.PluralRules(name);
    for (const count of COUNTS) assert.ok(words[`gifts.${rules.select(count)}`], `${name}: ${count} gifts`);
  }
});

test("no other language is left in English", () => {
  const english = read("en");
  // Words that are the same in some languages by right.
  const shared = new Set(["email", "share", "tribute", "partGift", "partTip", "giftOnce", "gifts.one"]);
  for (const name of NAMES.filter(name => !name.startsWith("en"))) {
    const words = read(name);
    const same = Object.keys(words).filter(key => words[key] === english[key] && !shared.has(key));
    assert.deepEqual(same, [], name);
  }
});

/** What in the open form is wider than its place. */
const overflows = host => {
  const sheet = host.shadowRoot.querySelector(".giving");
  const wide = [sheet, ...sheet.querySelectorAll("h2, p, legend, label, button, .choice span")].filter(one =>
    one.checkVisibility() && one.scrollWidth > one.clientWidth + 1 && !one.closest(".veiled") && one.textContent
    && getComputedStyle(one).display !== "inline");
  return wide.map(one => `${one.tagName}.${one.className}: ${one.textContent}`);
};

test("each of the 32 locales fills the form in its own language without overflow", async () => {
  const options = locale => `locale="${locale}" tribute comment cover-fees goal="5000000" designation="A; B" match-url="https://example.org/"`;
  for (const locale of LOCALES) {
    const body = element(stage.credentials, options(locale)) + script(stage.credentials);
    await onPage(stage, { body }, async ({ page, requests }) => {
      await openForm(stage, page);
      const file = /locales\/([\w-]+)\.json/.exec(requests.find(url => url.includes("/locales/")))[1];
      const language = locale.split("-")[0];
      assert.equal(file.split("-")[0], language, locale);
      const words = read(file);
      assert.equal(await page.locator(".typed input").getAttribute("placeholder"), words.other, locale);
      assert.deepEqual(await page.locator("giving-button").evaluate(overflows), [], locale);
      const button = await page.locator("footer b").innerText();
      const sum = new Intl.NumberFormat(locale, { style: "currency", currency: "USD" }).format(25);
      assert.ok(button.includes(sum), `${locale}: ${button} has ${sum}`);
      if (SHOWN.includes(locale)) await keepPictures(page, `locale-${locale}`);
    }, { viewport: { width: 360, height: 780 } });
  }
});

test("the page's language is the form's where nothing else is said", async () => {
  const html = `<!doctype html><html lang="nl"><title>Een pagina</title><link rel="icon" href="data:,">${element(stage.credentials)}${script(stage.credentials)}</html>`;
  await onPage(stage, { html }, async ({ page }) => {
    await openForm(stage, page);
    await page.locator("giving-button h2", { hasText: "Geef aan American Red Cross" }).waitFor();
  });
});
