// A donor gives through the widget on a page of another origin.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { AxeBuilder } from "@axe-core/playwright";

import { chooseGift, keepPictures, openForm, openStage, pay, tag, visit } from "./stage.mjs";

let stage;
before(async () => (stage = await openStage()));
after(() => stage.close());

async function assertAccessible(page, state) {
  // A colour on its way to another has the contrast of neither.
  await page.emulateMedia({ reducedMotion: "reduce" });
  const { violations } = await new AxeBuilder({ page }).analyze();
  assert.deepEqual(violations.map(({ id, nodes }) => [id, nodes.map(node => node.html)]), [], state);
}

async function statusOf(id) {
  const answer = await fetch(`${stage.base}/v1/partner/donations/status/${id}`, {
    headers: { "x-partner-key": stage.credentials.publicKey },
  });
  return answer.json();
}

/** The ids that create-link answers on this page, as they come. */
async function linksMade(page) {
  const ids = [];
  await page.route("**/create-link", async route => {
    const response = await route.fetch();
    if (route.request().method() === "POST") ids.push((await response.json()).partnerDonationId);
    await route.fulfill({ response });
  });
  return ids;
}

test("a gift of $25 comes back as a thank-you with 25 SIR", async () => {
  const { page, leave } = await visit(stage);
  await openForm(stage, page);
  await assertAccessible(page, "the form");
  await keepPictures(page, "form");
  await chooseGift(page);
  await assertAccessible(page, "the checkout");
  await keepPictures(page, "checkout");
  await pay(page);
  await page.waitForURL(url => url.href.startsWith(stage.host.url));
  await page.locator("h3", { hasText: "25 SIR" }).waitFor();
  assert.equal(page.url(), stage.host.url, "the address is as it was");
  await assertAccessible(page, "the thank-you");
  await keepPictures(page, "thanks");
  await leave();
});

test("a declined card says so, keeps the gift open and another card pays", async () => {
  const { page, leave } = await visit(stage);
  const ids = await linksMade(page);
  await openForm(stage, page);
  await chooseGift(page);
  await pay(page, "4000 0000 0000 0002");
  await page.getByText(/declined/i).first().waitFor();
  assert.equal((await statusOf(ids[0])).status, "PENDING");
  await keepPictures(page, "declined");
  await pay(page);
  await page.locator("h3", { hasText: "25 SIR" }).waitFor();
  assert.equal((await statusOf(ids[0])).status, "COMPLETED");
  await leave();
});

test("a card that asks for a step pays once the step is confirmed", async () => {
  const { page, leave } = await visit(stage);
  await openForm(stage, page);
  await chooseGift(page);
  await pay(page, "4000 0025 0000 3155");
  await keepPictures(page, "step");
  await page.getByRole("button", { name: /confirm/i }).click();
  await page.locator("h3", { hasText: "25 SIR" }).waitFor();
  await leave();
});

test("going back and reloading in the middle goes on with the same gift", async () => {
  const { page, leave } = await visit(stage);
  const ids = await linksMade(page);
  await openForm(stage, page);
  await chooseGift(page);
  await page.goBack();
  await page.reload();
  await page.getByRole("link", { name: "Donate" }).click();
  await page.locator(":is(form .amounts, .message button.primary):visible").first().waitFor();
  const goOn = page.locator(".message button.primary");
  if (await goOn.isVisible()) {
    await goOn.click();
    await page.waitForURL(/\/checkout\//);
  } else {
    await chooseGift(page);
  }
  await page.reload();
  await pay(page);
  await page.locator("h3", { hasText: "25 SIR" }).waitFor();
  assert.equal(new Set(ids).size, 1, "one gift was made");
  await leave();
});

test("a double click makes one gift", async () => {
  const { page, leave } = await visit(stage);
  const ids = await linksMade(page);
  await openForm(stage, page);
  await page.locator(".amounts label", { hasText: "$50" }).first().click();
  await page.locator("input[name=email]").fill("ada@example.org");
  await page.locator("form button.primary").dblclick();
  await page.waitForURL(/\/checkout\//);
  assert.equal(new Set(ids).size, 1);
  await leave();
});

test("cancelling charges nothing and says so", async () => {
  const { page, leave } = await visit(stage);
  await openForm(stage, page);
  await chooseGift(page);
  await page.getByRole("link", { name: /cancel/i }).click();
  await page.locator(".message h3").waitFor();
  await keepPictures(page, "cancelled");
  assert.doesNotMatch(await page.locator(".message").innerText(), /thank/i);
  await leave();
});

test("before intent a page pays for one script, and never for a third party", async () => {
  const { context, page, requests, leave } = await visit(stage);
  await page.goto(stage.host.url);
  await page.getByRole("link", { name: "Donate" }).waitFor();
  const own = new URL(stage.host.url).origin;
  const before = requests.filter(url => !url.startsWith("data:"));
  assert.deepEqual(before, [stage.host.url, `${stage.base}/donate.js`]);
  assert.deepEqual(await context.cookies(), []);
  assert.equal(await page.evaluate(() => localStorage.length + sessionStorage.length), 0);
  await page.getByRole("link", { name: "Donate" }).click();
  await page.locator("form .amounts").waitFor();
  await chooseGift(page);
  await pay(page);
  await page.locator("h3", { hasText: "25 SIR" }).waitFor();
  const strangers = requests.filter(url => ![own, stage.base].includes(new URL(url).origin) && !url.startsWith("data:"));
  assert.deepEqual(strangers, []);
  assert.deepEqual(await context.cookies(), []);
  await leave();
});

test("the keyboard alone opens the form, closes it and comes back to the button", async () => {
  const { page, leave } = await visit(stage);
  await page.goto(stage.host.url);
  const button = page.getByRole("link", { name: "Donate" });
  await button.focus();
  await page.keyboard.press("Enter");
  await page.locator("form .amounts").waitFor();
  await page.keyboard.press("Escape");
  await page.locator("form .amounts").waitFor({ state: "hidden" });
  assert.ok(await button.evaluate(link => link.getRootNode().activeElement === link), "the focus is back");
  await leave();
});

test("an amount that is none is said beside its field and nothing is sent", async () => {
  const { page, leave } = await visit(stage);
  const ids = await linksMade(page);
  await openForm(stage, page);
  await page.locator("input[name=typed]").fill("0.10");
  await page.locator("form button.primary").click();
  await page.locator("#amount-problem", { hasText: /\S/ }).waitFor();
  await keepPictures(page, "invalid");
  assert.deepEqual(ids, []);
  await leave();
});

test("a strict policy with what the console names lets the widget work", async () => {
  stage.host.headers = {
    "content-security-policy":
      `default-src 'none'; img-src data:; script-src ${stage.base} 'wasm-unsafe-eval'; connect-src ${stage.base}`,
  };
  const { page, leave } = await visit(stage);
  await openForm(stage, page);
  await chooseGift(page);
  stage.host.headers = {};
  await leave();
});

test("three buttons on a page, one added late, each open a form of their own", async () => {
  const body = stage.host.body;
  stage.host.body = `${tag(stage.credentials)}<giving-button key="${stage.credentials.publicKey}" nonprofit="khan-academy"></giving-button>`;
  const { page, leave } = await visit(stage);
  await page.goto(stage.host.url);
  await page.getByRole("link", { name: "Donate" }).nth(1).waitFor();
  await page.evaluate(key => {
    const late = document.createElement("giving-button");
    late.setAttribute("key", key);
    late.setAttribute("nonprofit", "feeding-america");
    document.querySelector("main").append(late);
  }, stage.credentials.publicKey);
  const names = [/Khan Academy/, /Red Cross/, /Feeding America/];
  const slugs = ["khan-academy", "american-red-cross", "feeding-america"];
  for (const [index, slug] of slugs.entries()) {
    await page.locator(`giving-button:is([nonprofit=${slug}], [data-nonprofit=${slug}])`).getByRole("link").click();
    await page.locator(`giving-button:is([nonprofit=${slug}], [data-nonprofit=${slug}]) h2`, { hasText: names[index] }).waitFor();
    await page.keyboard.press("Escape");
  }
  stage.host.body = body;
  await leave();
});

test("without JavaScript the hosted form takes the gift", async () => {
  const { page, leave } = await visit(stage, { javaScriptEnabled: false });
  await page.goto(`${stage.base}/give/american-red-cross?key=${stage.credentials.publicKey}&amount=25`);
  await keepPictures(page, "give");
  await page.locator("input[type=email]").fill("grace@example.org");
  await page.locator("main button, form button").last().click();
  await page.waitForURL(/\/checkout\//);
  await pay(page);
  await page.waitForURL(/\/thanks\//);
  await page.getByText(/thank you/i).first().waitFor();
  await keepPictures(page, "hosted-thanks");
  await leave();
});

test("the demo page carries the widget", async () => {
  const { page, leave } = await visit(stage);
  await page.goto(stage.base);
  await keepPictures(page, "home");
  await page.getByRole("link", { name: "Donate" }).click();
  await page.locator("form .amounts").waitFor();
  await assertAccessible(page, "the demo page");
  await leave();
});
