// The widget on pages that are not made for it: strict policies, loud themes,
// blocked files, scripts that were moved.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { assertAccessible, chooseGift, element, keepPictures, onPage, openForm, openStage, pay, script, tag } from "./stage.mjs";

let stage;
before(async () => (stage = await openStage()));
after(() => stage.close());

const policy = value => ({ "content-security-policy": value });

test("a nonce alone lets the widget work under the strictest policy", async () => {
  const { base, credentials } = stage;
  await onPage(stage, {
    body: tag(credentials).replace("<script", '<script nonce="n0nce"'),
    headers: policy(`default-src 'none'; img-src data:; script-src 'nonce-n0nce' 'wasm-unsafe-eval'; connect-src ${base}; require-trusted-types-for 'script'`),
  }, async ({ page, told }) => {
    await openForm(stage, page);
    await chooseGift(page);
    assert.deepEqual(told.filter(line => /giving|Content Security/.test(line)), []);
  });
});

test("where WebAssembly is forbidden the form comes in a frame, pays at the top and the console names the directive", async () => {
  const { base } = stage;
  await onPage(stage, { headers: policy(`script-src ${base}; connect-src ${base}; frame-src ${base}`) }, async ({ page, told }) => {
    await page.goto(stage.host.url);
    await page.getByRole("link", { name: "Donate" }).click();
    const frame = page.frameLocator("giving-button iframe");
    await frame.getByRole("heading", { name: "American Red Cross" }).waitFor();
    assert.match(told.join("\n"), /Content-Security-Policy script-src lacks 'wasm-unsafe-eval'/);
    await keepPictures(page, "frame");
    await frame.getByText("$25", { exact: true }).click();
    await frame.getByRole("button", { name: /Continue/ }).click();
    await page.waitForURL(/\/checkout\//);
    await pay(page);
    await page.waitForURL(/\/thanks\//);
  });
});

test("the frame closes by Escape, by its button and by a click beside it", async () => {
  const { base } = stage;
  await onPage(stage, { headers: policy(`script-src ${base}; connect-src ${base}; frame-src ${base}`) }, async ({ page }) => {
    await page.goto(stage.host.url);
    const frame = page.frameLocator("giving-button iframe");
    for (const close of [
      () => frame.locator("body").press("Escape"),
      () => frame.getByRole("button", { name: "Close" }).click(),
      () => page.mouse.click(5, 5),
    ]) {
      await page.locator("giving-button").evaluate(host => host.open());
      await frame.getByRole("heading", { name: "American Red Cross" }).waitFor();
      await close();
      await page.locator("giving-button iframe").waitFor({ state: "hidden" });
    }
  });
});

test("a donor who closes a frame on its way stays on the page, and opens it again", async () => {
  const { base } = stage;
  await onPage(stage, { headers: policy(`script-src ${base}; connect-src ${base}; frame-src ${base}`) }, async ({ page }) => {
    let isHeld = true;
    const held = [];
    await page.route("**/give/**", route => (isHeld ? held.push(route) : route.continue()));
    await page.clock.install();
    await page.goto(stage.host.url);
    await page.getByRole("link", { name: "Donate" }).click();
    await page.locator("giving-button iframe").waitFor({ state: "attached" });
    await page.keyboard.press("Escape");
    await page.locator("giving-button iframe").waitFor({ state: "detached" });
    await page.clock.runFor(20_000);
    assert.equal(page.url(), stage.host.url);
    isHeld = false;
    for (const round of [1, 2]) {
      await page.getByRole("link", { name: "Donate" }).click();
      await page.frameLocator("giving-button iframe").getByRole("heading", { name: "American Red Cross" }).waitFor();
      await page.mouse.click(5, 5);
      await page.locator("giving-button iframe").waitFor({ state: "detached" });
    }
    await page.clock.runFor(20_000);
    assert.equal(page.url(), stage.host.url);
  });
});

test("what is refused in the frame is led to the hosted form at the top", async () => {
  const { base } = stage;
  await onPage(stage, { headers: policy(`script-src ${base}; connect-src ${base}; frame-src ${base}`) }, async ({ page }) => {
    await page.goto(stage.host.url);
    await page.getByRole("link", { name: "Donate" }).click();
    const frame = page.frameLocator("giving-button iframe");
    await frame.getByRole("heading", { name: "American Red Cross" }).waitFor();
    await page.route("**/give/**", route => (route.request().method() === "POST"
      ? route.fulfill({ status: 429, headers: { "x-frame-options": "DENY" }, body: "too many" }) : route.continue()));
    await frame.getByText("$25", { exact: true }).click();
    await frame.getByRole("button", { name: /Continue/ }).click();
    await page.waitForURL(/\/give\/american-red-cross/);
    assert.doesNotMatch(page.url(), /frame=1/);
  });
});

test("a message from a stranger moves nothing", async () => {
  const { base } = stage;
  await onPage(stage, { headers: policy(`script-src 'self' 'unsafe-inline' ${base}; connect-src ${base}; frame-src ${base}`) }, async ({ page }) => {
    await page.goto(stage.host.url);
    await page.getByRole("link", { name: "Donate" }).click();
    await page.frameLocator("giving-button iframe").getByRole("heading", { name: "American Red Cross" }).waitFor();
    await page.evaluate(() => {
      postMessage({ giving: "redirect", value: "https://evil.example/" }, "*");
      postMessage({ giving: "close" }, "*");
    });
    await page.evaluate(() => new Promise(done => setTimeout(done)));
    assert.equal(page.url(), stage.host.url);
    assert.ok(await page.locator("giving-button iframe").isVisible());
  });
});

test("where frames are forbidden too, the button is a link to the hosted form", async () => {
  const { base } = stage;
  await onPage(stage, { headers: policy(`script-src ${base}; connect-src ${base}; frame-src 'none'`) }, async ({ page, told }) => {
    await page.goto(stage.host.url);
    await page.getByRole("link", { name: "Donate" }).click();
    await page.waitForURL(/\/give\/american-red-cross/);
    assert.match(told.join("\n"), /frame-src lacks/);
  });
});

test("where scripts are forbidden the link inside the element leads to the hosted form", async () => {
  const { credentials, base } = stage;
  const body = `<giving-button key="${credentials.publicKey}" nonprofit="american-red-cross"><a href="${base}/give/american-red-cross?key=${credentials.publicKey}">Donate</a></giving-button>${script(credentials)}`;
  await onPage(stage, { body, headers: policy("script-src 'none'") }, async ({ page }) => {
    await page.goto(stage.host.url);
    await page.getByRole("link", { name: "Donate" }).click();
    await page.waitForURL(/\/give\/american-red-cross/);
  });
  // With scripts the same link is the words on the button, and nothing of its own.
  await onPage(stage, { body }, async ({ page }) => {
    await page.goto(stage.host.url);
    await page.locator("giving-button").getByRole("link", { name: "Donate" }).click();
    await page.locator("form .amounts").waitFor();
    assert.equal(await page.getByRole("link", { name: "Donate", includeHidden: true }).count(), 1);
  });
});

const LOUD = `
  *, *::before, *::after { box-sizing: content-box !important; font-family: "Comic Sans MS" !important; color: lime !important; text-transform: uppercase !important; letter-spacing: 3px !important; line-height: 3 !important; }
  a, button, input, label, dialog, form, section { display: inline !important; background: hotpink !important; padding: 0 !important; margin: 40px !important; border: 9px dashed red !important; float: left !important; }
  html { font-size: 62.5%; }`;

/** What the layout of the open form comes to. */
const measure = page => page.locator("giving-button").evaluate(host => {
  const box = name => {
    const { width, height } = host.shadowRoot.querySelector(name).getBoundingClientRect();
    return [width, height].map(Math.round);
  };
  const style = getComputedStyle(host.shadowRoot.querySelector("h2"));
  return { form: box("form"), button: box("footer button"), size: style.fontSize, family: style.fontFamily, color: style.color, case: style.textTransform };
});

test("a theme of !important leaks in nowhere, and nothing leaks out", async () => {
  const { credentials } = stage;
  let quiet;
  await onPage(stage, {}, async ({ page }) => {
    await openForm(stage, page);
    quiet = await measure(page);
  });
  const loud = `<style>${LOUD}</style>${tag(credentials)}<p id="beside">beside</p>`;
  await onPage(stage, { body: loud }, async ({ page }) => {
    await page.goto(stage.host.url);
    const look = () => page.locator("#beside").evaluate(one => JSON.stringify([...getComputedStyle(one)].map(name => getComputedStyle(one)[name])));
    const before = await look();
    await page.getByRole("link", { name: "Donate" }).first().click();
    await page.locator("form .amounts").waitFor();
    assert.deepEqual(await measure(page), quiet);
    await keepPictures(page, "loud");
    await page.setViewportSize({ width: 1280, height: 900 });
    assert.equal(await look(), before);
  });
});

test("the form follows a dark page, an RTL page and forced colors", async () => {
  const { credentials } = stage;
  const html = (attributes, style) => `<!doctype html><html lang="en" ${attributes}><title>A nonprofit</title><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"><style>${style}</style><main><h1>A nonprofit</h1>${tag(credentials)}</main></html>`;
  await onPage(stage, { html: html("", ":root{color-scheme:dark;background:#111;color:#eee}") }, async ({ page }) => {
    await openForm(stage, page);
    const paper = await page.locator("giving-button").evaluate(host => getComputedStyle(host.shadowRoot.querySelector(".giving")).backgroundColor);
    assert.equal(paper, "rgb(26, 29, 28)");
    await assertAccessible(page, "the form on a dark page");
  });
  await onPage(stage, { html: html('dir="rtl"', "") }, async ({ page }) => {
    await openForm(stage, page);
    const [title, close] = await page.locator("giving-button").evaluate(host =>
      ["h2", ".close"].map(name => host.shadowRoot.querySelector(name).getBoundingClientRect().left));
    assert.ok(close < title, "the close button is at the end of the line");
    await keepPictures(page, "rtl");
  });
  await onPage(stage, {}, async ({ page }) => {
    await openForm(stage, page);
    await keepPictures(page, "forced");
    const [chosen, other] = await page.locator("giving-button").evaluate(host =>
      [":checked", ":not(:checked)"].map(state => getComputedStyle(host.shadowRoot.querySelector(`.amounts ${state} + span`)).borderTopStyle));
    assert.notEqual(chosen, other, "what is chosen is told by more than a color");
    await assertAccessible(page, "the form in forced colors");
  }, { forcedColors: "active" });
});

test("nothing moves for whoever wants it so", async () => {
  await onPage(stage, {}, async ({ page }) => {
    await openForm(stage, page);
    const running = await page.evaluate(() => document.getAnimations({ subtree: true }).length);
    assert.equal(running, 0);
  }, { reducedMotion: "reduce" });
});

for (const [what, answer] of [
  ["a WebAssembly file that is not there", { status: 404, body: "gone" }],
  ["a WebAssembly file that is another", { status: 200, contentType: "application/wasm", body: "not it" }],
]) {
  test(`${what} makes the form come in a frame`, async () => {
    await onPage(stage, {}, async ({ page, told }) => {
      await page.route("**/widget_bg.wasm", route => route.fulfill({ ...answer, headers: { "access-control-allow-origin": "*" } }));
      await page.goto(stage.host.url);
      await page.getByRole("link", { name: "Donate" }).click();
      await page.frameLocator("giving-button iframe").getByRole("heading", { name: "American Red Cross" }).waitFor();
      assert.match(told.join("\n"), /giving:/);
    });
  });
}

test("a wrong type of the WebAssembly file changes nothing for the donor", async () => {
  await onPage(stage, {}, async ({ page }) => {
    await page.route("**/widget_bg.wasm", async route => {
      const response = await route.fetch();
      await route.fulfill({ response, headers: { ...response.headers(), "content-type": "application/octet-stream" } });
    });
    await openForm(stage, page);
  });
});

test("a network that went away keeps the donor on the page and says so", async () => {
  await onPage(stage, {}, async ({ page, context }) => {
    await page.goto(stage.host.url);
    await page.getByRole("link", { name: "Donate" }).waitFor();
    await context.setOffline(true);
    await page.getByRole("link", { name: "Donate" }).click();
    await page.locator("giving-button dialog").waitFor({ state: "hidden" });
    assert.equal(page.url(), stage.host.url);
    await context.setOffline(false);
    await page.getByRole("link", { name: "Donate" }).click();
    await page.locator("form .amounts").waitFor();
    await context.setOffline(true);
    await page.locator("form button.primary").click();
    await page.locator("[role=alert]", { hasText: /offline/ }).waitFor();
    await keepPictures(page, "offline");
    await context.setOffline(false);
    await chooseGift(page);
  });
});

test("a script that was moved to another server and deferred still knows its own", async () => {
  const { credentials, base } = stage;
  const loader = await (await fetch(`${base}/donate.js`)).text();
  const moved = tag(credentials).replace(`async src="${base}/donate.js"`, 'defer src="/cached/bundle.js"');
  await onPage(stage, { body: moved, files: { "/cached/bundle.js": { type: "text/javascript", contents: loader } } }, async ({ page }) => {
    await openForm(stage, page);
  });
  // Put together with others, it has no attributes left; elements do.
  const joined = `${element(credentials)}<script type="module">${loader}</script>`;
  await onPage(stage, { body: joined }, async ({ page }) => openForm(stage, page));
});
