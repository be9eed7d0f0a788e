// Pages that are set up wrongly, and a server that does not answer: the donor has a way
// on or a clear sentence, the owner one line that says what to change.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { assertAccessible, chooseGift, keepPictures, onPage, openForm, openServer, openStage, pay, script } from "./stage.mjs";

let stage;
before(async () => (stage = await openStage()));
after(() => stage.close());

const WRONG = [
  { what: "a key that is none", key: "pk_test_nothing", line: /INVALID_API_KEY.*key="pk_test_nothing"/ },
  { what: "a key of the other environment", key: "pk_live_0123456789abcdef0123456789abcdef", line: /(INVALID_API_KEY|ENVIRONMENT).*key="pk_live_/ },
  { what: "no key at all", key: "", line: /[A-Z_]+: / },
  { what: "a nonprofit that is not known", nonprofit: "no-such-nonprofit", line: /ORGANIZATION_NOT_FOUND.*nonprofit="no-such-nonprofit"/ },
  { what: "no nonprofit at all", nonprofit: "", line: /[A-Z_]+: / },
];

for (const { what, line, key, nonprofit } of WRONG) {
  test(`${what} is a clear sentence for the donor and one line for the owner`, async () => {
    const body = `<giving-button key="${key ?? stage.credentials.publicKey}" nonprofit="${nonprofit ?? "american-red-cross"}"></giving-button>${script(stage.credentials)}`;
    await onPage(stage, { body }, async ({ page, told }) => {
      const heard = page.addInitScript(() => addEventListener("giving:error", event => (window.code = event.detail.code)));
      await heard;
      await page.goto(stage.host.url);
      await page.getByRole("link", { name: "Donate" }).click();
      await page.locator(".message h3", { hasText: /not possible here right now/ }).waitFor();
      const lines = told.filter(one => one.includes("giving:"));
      assert.equal(lines.length, 1, lines.join("\n"));
      assert.match(lines[0], line);
      assert.match(await page.evaluate(() => window.code), /^[A-Z_]+$/);
      await assertAccessible(page, what);
      await keepPictures(page, "unavailable");
      await page.getByRole("button", { name: "Open the giving page" }).click();
      await page.waitForURL(/\/give\//);
    });
  });
}

test("a server that is down leaves the donor on the page with a sentence, and comes back", async () => {
  const body = `<giving-button key="${stage.credentials.publicKey}" nonprofit="american-red-cross"></giving-button>${script(stage.credentials)}`;
  await onPage(stage, { body }, async ({ page }) => {
    await page.route("**/v1/partner/**", route => route.fulfill({ status: 503, body: "down" }));
    await page.goto(stage.host.url);
    await page.getByRole("link", { name: "Donate" }).click();
    await page.locator(".message h3", { hasText: /our side/ }).waitFor();
    await keepPictures(page, "busy");
    await page.unroute("**/v1/partner/**");
    await page.getByRole("button", { name: "Try again" }).click();
    await page.locator("form .amounts").waitFor();
  });
});

test("a donor who has paid and comes back to a busy server never reads that nothing was charged", async () => {
  await onPage(stage, {}, async ({ page }) => {
    const read = [];
    await page.exposeFunction("keep", words => read.push(words));
    await page.addInitScript(() => addEventListener("giving:open", ({ target }) => {
      const keep = () => window.keep(target.shadowRoot.querySelector(".message")?.innerText ?? "");
      new MutationObserver(keep).observe(target.shadowRoot, { subtree: true, childList: true, characterData: true, attributes: true });
    }));
    let refusals = 0;
    await page.route("**/donations/status/**", route => {
      if (route.request().method() === "OPTIONS" || refusals === 2) return route.continue();
      refusals += 1;
      return route.fulfill({ status: 429, headers: { "access-control-allow-origin": "*" }, body: "{}" });
    });
    await openForm(stage, page);
    await chooseGift(page);
    await pay(page);
    await page.locator("h3", { hasText: "25 SIR" }).waitFor();
    assert.equal(refusals, 2);
    assert.ok(read.some(words => /Waiting for your payment/.test(words)), read.join("\n"));
    assert.doesNotMatch(read.join("\n"), /nothing was charged|\{|our side/i);
  });
});

test("a server that is gone after the button was drawn leaves a link, not a dead button", async () => {
  const server = await openServer();
  const { publicKey } = server.credentials;
  const body = `<giving-button key="${publicKey}" nonprofit="american-red-cross"></giving-button>${script(server.credentials)}`;
  await onPage(stage, { body }, async ({ page, told }) => {
    await page.goto(stage.host.url);
    await page.getByRole("link", { name: "Donate" }).waitFor();
    server.close();
    await page.route(`${server.base}/give/**`, route => route.fulfill({ body: "the hosted page" }));
    await page.route(`${server.base}/widget/**`, route => route.abort());
    await page.getByRole("link", { name: "Donate" }).click();
    await page.waitForURL(/\/give\/american-red-cross/);
    assert.match(told.join("\n"), /giving:/);
  });
});
