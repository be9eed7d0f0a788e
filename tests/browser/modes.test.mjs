// Button, form in the page, button in the corner; many of them, added and removed;
// and what a page can ask for by attributes.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { assertAccessible, chooseGift, element, keepPictures, onPage, openForm, openStage, pay, script, tag } from "./stage.mjs";

let stage;
before(async () => (stage = await openStage()));
after(() => stage.close());

const on = (markup, work, options) => onPage(stage, { body: `${markup}${script(stage.credentials)}` }, work, options);
const give = (attributes, name) => element(stage.credentials, attributes, name);

/** The body that the widget sends for a link. */
const orderOf = page => page.waitForRequest(request => request.url().endsWith("/create-link") && request.method() === "POST")
  .then(request => request.postDataJSON());

test("a form in the page waits until it is near, and moves nothing when it comes", async () => {
  await on(`<div style="height:3000px"></div>${give("", "giving-form")}<p id="below">below</p>`, async ({ page, requests }) => {
    await page.addInitScript(() => {
      window.shift = 0;
      new PerformanceObserver(list => list.getEntries().forEach(({ value }) => (window.shift += value)))
        .observe({ type: "layout-shift", buffered: true });
    });
    await page.goto(stage.host.url);
    await page.locator("giving-form").getByRole("link", { includeHidden: true }).waitFor({ state: "attached" });
    assert.equal(requests.filter(url => url.endsWith(".wasm")).length, 0);
    await page.locator("giving-form").scrollIntoViewIfNeeded();
    await page.locator("form .amounts").waitFor();
    assert.equal(await page.evaluate(() => window.shift), 0);
    assert.notEqual(await page.evaluate(() => document.activeElement.localName), "giving-form", "the focus stays where it was");
    await assertAccessible(page, "the form in the page");
    await page.locator("giving-form").scrollIntoViewIfNeeded();
    await keepPictures(page, "inline");
    await chooseGift(page);
    await pay(page);
    await page.locator("giving-form h3", { hasText: "25 SIR" }).waitFor();
    await keepPictures(page, "inline-thanks");
    await page.getByRole("button", { name: "Start again" }).click();
    await page.locator("form .amounts").waitFor();
  });
});

test("a form in the page at once moves nothing that is under it", async () => {
  for (const width of [360, 1280]) {
    await on(`${give('style="display:block;min-height:920px"', "giving-form")}<p>below</p>`, async ({ page }) => {
      await page.addInitScript(() => {
        window.shift = 0;
        new PerformanceObserver(list => list.getEntries().forEach(({ value }) => (window.shift += value)))
          .observe({ type: "layout-shift", buffered: true });
      });
      await page.setViewportSize({ width, height: 900 });
      await page.goto(stage.host.url);
      await page.locator("form .amounts").waitFor();
      assert.equal(await page.evaluate(() => window.shift), 0);
    });
  }
});

test("a button in the corner stays there and opens the form", async () => {
  await on(`<div style="height:3000px"></div>${give('mode="floating"')}`, async ({ page }) => {
    await page.goto(stage.host.url);
    const button = page.getByRole("link", { name: "Donate" });
    await button.waitFor();
    const before = await button.boundingBox();
    await page.mouse.wheel(0, 1500);
    assert.deepEqual(await button.boundingBox(), before);
    assert.ok(before.x > 1000 && before.y > 700);
    await keepPictures(page, "floating");
    await button.click();
    await page.locator("form .amounts").waitFor();
  });
});

test("everything that can be asked for is asked, adds up on the button and travels with the gift", async () => {
  const options = 'tribute comment cover-fees="2.5" designation="Where it is needed; Shelter" goal="1000" match-url="https://example.org/match" amounts="20, 40; EUR: 30" label="Help now" frequency="monthly"';
  await on(give(options), async ({ page }) => {
    await page.goto(stage.host.url);
    await page.getByRole("link", { name: "Help now" }).click();
    await page.locator("form .amounts").waitFor();
    assert.match(await page.locator(".goal p").innerText(), /\$0 of \$1,000 raised · 0 gifts|of \$1,000 raised/);
    await page.locator(".amounts label", { hasText: "$20" }).click();
    await page.getByText(/to cover the payment costs/).click();
    await page.getByText(/to support/).click();
    await page.getByLabel("What it is for").selectOption("Shelter");
    await page.getByLabel(/In honor or memory of/).fill("Grace Hopper");
    await page.getByLabel(/A few words/).fill("Thank you\nall");
    const label = page.locator("footer button");
    const tip = /\(\$([\d.]+)\)/.exec(await page.locator(".tip span").innerText())[1];
    const sum = (20 + Number(tip) + 0.5).toFixed(2);
    assert.match(await label.innerText(), new RegExp(`Give \\$${sum} monthly\\s+\\$20.00 gift \\+ \\$${tip} tip \\+ \\$0.50 costs`));
    await assertAccessible(page, "the form with all that there is");
    await keepPictures(page, "options");
    const sent = orderOf(page);
    await label.click();
    const order = await sent;
    assert.equal(order.amount, 2000);
    assert.equal(order.tipAmount, Math.round(Number(tip) * 100) + 50);
    assert.deepEqual(order.metadata, { tribute: "Grace Hopper", designation: "Shelter", comment: "Thank you\nall" });
    await page.waitForURL(/\/checkout\//);
    assert.match(await page.locator("main").innerText(), new RegExp(`\\$${sum}`));
  });
});

test("amounts are the currency's own, and what makes no sense is left out with one line for the owner", async () => {
  await on(give('amounts="20, 40; EUR: 30, 60" currency="eur"'), async ({ page }) => {
    await page.route("**/v1/partner/config", async route => {
      const response = await route.fetch();
      const json = await response.json();
      json.donation.currencies.push({ ...json.donation.currencies[0], code: "EUR" });
      await route.fulfill({ response, json });
    });
    await openForm(stage, page);
    assert.deepEqual(await page.locator(".amounts .choice span").allInnerTexts(), ["€30", "€60", "Other amount"]);
  });
  await on(give('amounts="lots, -5" amount="NaN" frequency="hourly" currency="doubloons"'), async ({ page, told }) => {
    await openForm(stage, page);
    assert.match(await page.locator("footer button").innerText(), /Give \$/);
    for (const name of ["amounts", "amount", "frequency", "currency"]) {
      assert.equal(told.filter(line => line.includes(`attribute ${name} `)).length, 1, name);
    }
  });
  await on(give('amounts="0.001, 99999999999"'), async ({ page }) => {
    await openForm(stage, page);
    assert.equal(await page.locator(".amounts .choice").count() > 1, true);
  });
});

test("colors, corners and theme are the page's", async () => {
  await on(give('color="#b0005a" radius="2" theme="dark"'), async ({ page }) => {
    await openForm(stage, page);
    const look = await page.locator("giving-button").evaluate(host => {
      const of = name => getComputedStyle(host.shadowRoot.querySelector(name));
      return [of("footer button").backgroundColor, of("footer button").borderRadius, of(".giving").backgroundColor, of("a").backgroundColor];
    });
    assert.deepEqual(look, ["rgb(176, 0, 90)", "2px", "rgb(26, 29, 28)", "rgb(176, 0, 90)"]);
    await keepPictures(page, "themed");
  });
});

test("a payment in a window of its own leaves the page where it is", async () => {
  await on(give("popup"), async ({ page, context }) => {
    await openForm(stage, page);
    const opened = context.waitForEvent("page");
    await page.locator(".amounts label", { hasText: "$25" }).first().click();
    await page.locator("input[name=email]").fill("ada@example.org");
    await page.locator("form button.primary").click();
    const popup = await opened;
    await popup.waitForURL(/\/checkout\//);
    await page.locator(".message h3", { hasText: /Waiting/ }).waitFor();
    await assertAccessible(page, "waiting for the other window");
    await keepPictures(page, "pending");
    await pay(popup);
    await popup.waitForURL(/\/thanks\//);
    await page.locator("h3", { hasText: "25 SIR" }).waitFor();
    assert.equal(page.url(), stage.host.url);
  });
});

test("a popup that is blocked pays in the same tab", async () => {
  await on(give("popup"), async ({ page }) => {
    await page.addInitScript(() => (window.open = () => null));
    await openForm(stage, page);
    const sent = orderOf(page);
    await chooseGift(page);
    assert.equal((await sent).successUrl, stage.host.url);
    await pay(page);
    await page.locator("h3", { hasText: "25 SIR" }).waitFor();
  });
});

test("a page that no payment can lead back to takes gifts all the same", async () => {
  await onPage(stage, {}, async ({ page }) => {
    await page.goto(`${stage.host.url}?words=${"x".repeat(2_100)}`);
    await page.getByRole("link", { name: "Donate" }).click();
    await page.locator("form .amounts").waitFor();
    const sent = orderOf(page);
    await chooseGift(page);
    const { successUrl, cancelUrl } = await sent;
    assert.deepEqual([successUrl, cancelUrl], [undefined, undefined]);
  });
});

test("a form that is taken away while it is open can be put back and opened again", async () => {
  await on(give(), async ({ page, told }) => {
    await openForm(stage, page);
    await page.evaluate(() => {
      const form = document.querySelector("giving-button");
      window.form = form;
      form.remove();
    });
    await page.evaluate(() => document.querySelector("main").append(window.form));
    await page.locator("giving-button dialog").waitFor({ state: "hidden" });
    await page.getByRole("link", { name: "Donate" }).click();
    await page.locator(".amounts label", { hasText: "$50" }).first().click();
    await page.locator("footer b", { hasText: "$50" }).waitFor();
    assert.deepEqual(told.filter(line => line.startsWith("error")), []);
  });
});

test("letting go of the pointer beside the form does not close it, a press there does", async () => {
  await on(give(), async ({ page }) => {
    await openForm(stage, page);
    const { x, y } = await page.locator("input[name=email]").boundingBox();
    await page.mouse.move(x + 20, y + 10);
    await page.mouse.down();
    await page.mouse.move(5, 5);
    await page.mouse.up();
    assert.ok(await page.locator("form .amounts").isVisible());
    await page.mouse.click(5, 5);
    await page.locator("form .amounts").waitFor({ state: "hidden" });
  });
});

test("a refusal beside a field is said in the donor's language", async () => {
  await on(give('locale="de-DE"'), async ({ page }) => {
    await page.route("**/create-link", route => (route.request().method() === "POST"
      ? route.fulfill({ status: 400, headers: { "access-control-allow-origin": "*" }, json: {
        code: "VALIDATION_ERROR", message: "x", errors: [{ field: "donorEmail", message: "must be an e-mail address" }] } })
      : route.continue()));
    await openForm(stage, page);
    await page.locator("form button.primary").click();
    await page.locator("#email-problem", { hasText: "E-Mail-Adresse" }).waitFor();
  });
});

test("three forms on one page share nothing, and one that is taken away is gone", async () => {
  await on([1, 2, 3].map(() => give("", "giving-form")).join(""), async ({ page }) => {
    await page.goto(stage.host.url);
    for (const index of [0, 1, 2]) {
      await page.locator("giving-form").nth(index).scrollIntoViewIfNeeded();
      await page.locator("giving-form").nth(index).locator("form .amounts").waitFor();
    }
    await page.locator("giving-form").nth(1).locator(".amounts label", { hasText: "$100" }).first().click();
    const labels = await page.locator("footer button b").allInnerTexts();
    assert.equal(new Set(labels).size, 2);
    await assertAccessible(page, "three forms");
    await page.locator("giving-form").nth(1).evaluate(form => form.remove());
    assert.deepEqual(await page.locator("footer button b").allInnerTexts(), [labels[0], labels[2]]);
  });
});

test("a page that changes under the widget takes it along: routes, late ones, endless lists", async () => {
  await on("<div id=route></div>", async ({ page }) => {
    await page.goto(stage.host.url);
    const show = html => page.evaluate(html => (document.querySelector("#route").innerHTML = html), html);
    await page.waitForFunction(() => customElements.get("giving-button"));
    for (const round of [1, 2]) {
      await show(give());
      await page.evaluate(round => history.pushState(null, "", `?route=${round}`), round);
      await page.getByRole("link", { name: "Donate" }).click();
      await page.locator("form .amounts").waitFor();
      await page.keyboard.press("Escape");
      await show("another route");
      assert.equal(await page.locator("form").count(), 0);
    }
    await page.evaluate(html => {
      const list = document.querySelector("#route");
      for (let count = 0; count < 40; count += 1) list.insertAdjacentHTML("beforeend", `<div style="height:300px">${html}</div>`);
    }, give());
    assert.equal(await page.getByRole("link", { name: "Donate" }).count(), 40);
    await page.getByRole("link", { name: "Donate" }).last().click();
    await page.locator("form .amounts").waitFor();
  });
});

test("a script that is put in twice, or again later, draws each tag once", async () => {
  await onPage(stage, { body: tag(stage.credentials) + tag(stage.credentials) }, async ({ page }) => {
    await page.goto(stage.host.url);
    await page.getByRole("link", { name: "Donate" }).nth(1).waitFor();
    await page.evaluate(html => {
      const holder = document.createElement("div");
      document.body.append(holder);
      const late = document.createElement("script");
      for (const { name, value } of new DOMParser().parseFromString(html, "text/html").querySelector("script").attributes) late.setAttribute(name, value);
      holder.append(late);
    }, tag(stage.credentials));
    await page.getByRole("link", { name: "Donate" }).nth(2).waitFor();
    assert.equal(await page.getByRole("link", { name: "Donate" }).count(), 3);
  });
});

test("two tabs give two gifts, each its own thank-you", async () => {
  await onPage(stage, {}, async ({ page, context }) => {
    const other = await context.newPage();
    for (const tab of [page, other]) await openForm(stage, tab);
    await chooseGift(page, { amount: "$25" });
    await chooseGift(other, { amount: "$50" });
    await pay(page);
    await pay(other, "4242 4242 4242 4242");
    await page.locator("h3", { hasText: "25 SIR" }).waitFor();
    await other.locator("h3", { hasText: "50 SIR" }).waitFor();
  });
});

test("events tell what happens, and calls made before the script count", async () => {
  const markup = `<script>(window.Giving ||= { q: [] }).q.push(giving => {
    window.heard = [];
    for (const name of ["ready", "open", "change", "submit", "redirect", "status", "complete", "error", "close"]) {
      giving.on(name, event => {
        window.heard.push([name, event.detail]);
        sessionStorage.heard = (sessionStorage.heard ?? "") + name + " ";
      });
    }
  })</script>${give()}`;
  await on(markup, async ({ page }) => {
    await openForm(stage, page);
    await page.locator(".amounts label", { hasText: "$50" }).first().click();
    const [, choice] = (await page.evaluate(() => window.heard)).find(([name]) => name === "change");
    assert.deepEqual(choice, { amount: 5000, currency: "USD", frequency: "once" });
    await chooseGift(page);
    await pay(page);
    await page.locator("h3", { hasText: "25 SIR" }).waitFor();
    const [, gift] = (await page.evaluate(() => window.heard)).find(([name]) => name === "complete");
    assert.equal(gift.status, "COMPLETED");
    assert.doesNotMatch(JSON.stringify(gift), /ada@example/);
    await page.getByRole("button", { name: "Close" }).first().click();
    await page.waitForFunction(() => sessionStorage.heard.includes("close"));
    const order = (await page.evaluate(() => sessionStorage.heard)).split(" ");
    for (const name of ["ready", "open", "change", "submit", "redirect", "status", "complete", "close"]) assert.ok(order.includes(name), name);
  });
});

test("whoever gave can tell others and keep a receipt", async () => {
  await on(give('match-url="https://example.org/match"'), async ({ page, context }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await openForm(stage, page);
    await chooseGift(page);
    await pay(page);
    await page.locator("h3", { hasText: "25 SIR" }).waitFor();
    await page.getByRole("button", { name: "Tell others" }).click();
    await page.getByText("The link is copied").waitFor();
    assert.match(await page.evaluate(() => navigator.clipboard.readText()), /I gave to American Red Cross.*give-here$/);
    assert.equal(await page.getByRole("link", { name: /employer/ }).getAttribute("href"), "https://example.org/match");
    const receipt = await page.getByRole("link", { name: "Receipt" }).getAttribute("href");
    assert.equal((await fetch(receipt)).status, 200);
    await assertAccessible(page, "the thank-you with what can be done next");
  });
});

test("the keyboard alone gives: to the button, through the form, to the checkout and back", async () => {
  await onPage(stage, {}, async ({ page }) => {
    await page.goto(stage.host.url);
    await page.getByRole("link", { name: "Donate" }).waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.locator("form .amounts").waitFor();
    const focused = () => page.locator("giving-button").evaluate(host => host.shadowRoot.activeElement?.getAttribute("name") ?? host.shadowRoot.activeElement?.className);
    for (let presses = 0; (await focused()) !== "amount"; presses += 1) {
      assert.ok(presses < 20);
      await page.keyboard.press("Tab");
    }
    await page.keyboard.press("ArrowRight");
    for (let presses = 0; (await focused()) !== "email"; presses += 1) {
      assert.ok(presses < 20);
      await page.keyboard.press("Tab");
    }
    await page.keyboard.type("ada@example.org");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/checkout\//);
    await page.locator("input[name=card]").focus();
    await page.keyboard.type("4242424242424242");
    await page.keyboard.press("Tab");
    await page.keyboard.type("1240");
    await page.keyboard.press("Tab");
    await page.keyboard.type("123");
    await page.keyboard.press("Enter");
    await page.locator("h3", { hasText: /SIR/ }).waitFor();
    assert.equal(await page.locator("giving-button").evaluate(host => host.shadowRoot.querySelector("[role=status]").textContent.length > 0), true);
    await page.keyboard.press("Escape");
    await page.locator("giving-button dialog").waitFor({ state: "hidden" });
  });
});
