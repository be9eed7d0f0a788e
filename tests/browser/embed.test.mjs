// The configurator, and each snippet that it gives, on a page.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import typescript from "typescript";

import { assertAccessible, chooseGift, keepPictures, onPage, openStage, pay, visit } from "./stage.mjs";

const packaged = path => new URL(`node_modules/${path}`, import.meta.url);

let stage;
before(async () => (stage = await openStage()));
after(() => stage.close());

async function configure(work, options) {
  const visitor = await visit(stage, options);
  await visitor.page.goto(`${stage.base}/embed`);
  await visitor.page.locator("#stage").getByRole("link", { name: "Donate" }).waitFor();
  await work(visitor);
  await visitor.leave();
}

const snippet = async (page, kind) => {
  await page.locator("#kinds").getByText(kind, { exact: true }).click();
  return page.locator("#snippet").innerText();
};

test("the configurator shows what is chosen, and what to paste for it", async () => {
  await configure(async ({ page, context }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await assertAccessible(page, "the configurator");
    await keepPictures(page, "embed");
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.getByLabel("Words on the button").fill("Give & help");
    await page.getByLabel("Amounts").fill("5, 15");
    await page.getByText("Ask in whose honor").click();
    await page.locator("#stage").getByRole("link", { name: "Give & help" }).waitFor();
    const html = await snippet(page, "HTML");
    assert.equal(html, `<script async src="${stage.base}/donate.js" data-key="${stage.credentials.publicKey}" data-nonprofit="american-red-cross" data-label="Give &amp; help" data-amounts="5, 15" data-tribute></script>`);
    await page.getByRole("button", { name: "Copy" }).click();
    await page.getByText("Copied.").waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), html);
    await page.locator("#stage").getByRole("link", { name: "Give & help" }).click();
    await page.locator("form .amounts").waitFor();
    assert.deepEqual(await page.locator("form .amounts .choice span").allInnerTexts(), ["$5", "$15", "Other amount"]);
  });
});

test("nonprofits are found by name, languages have their words, and shapes are seen", async () => {
  await configure(async ({ page }) => {
    await page.getByLabel("Nonprofit").fill("khan");
    await page.locator("#found option[value=khan-academy]").waitFor({ state: "attached" });
    await page.getByLabel("Nonprofit").fill("khan-academy");
    await page.getByText("Khan Academy", { exact: true }).waitFor();
    await page.getByLabel("Language").selectOption("de-DE");
    await page.locator("#stage").getByRole("link", { name: "Spenden" }).waitFor();
    await page.getByText("Form in the page").click();
    await page.locator("#stage giving-form h2", { hasText: "Khan Academy" }).waitFor();
    await keepPictures(page, "embed-form");
    await page.getByText("Button in the corner").click();
    await page.locator("#stage giving-button[mode=floating]").waitFor({ state: "attached" });
    const [corner, frame] = await Promise.all([
      page.locator("#stage giving-button a").boundingBox(), page.locator(".window").boundingBox()]);
    assert.ok(corner.x > frame.x && corner.x + corner.width < frame.x + frame.width, "in the corner of the window shown");
  });
});

test("a key that is none is said in words", async () => {
  await configure(async ({ page }) => {
    await page.getByLabel("Publishable key").fill("pk_nothing");
    await page.locator("#nonprofit-note", { hasText: /key/ }).waitFor();
  });
});

for (const kind of ["HTML", "Element", "WordPress"]) {
  test(`the snippet for ${kind} takes a gift`, async () => {
    let body;
    await configure(async ({ page }) => (body = await snippet(page, kind)));
    await onPage(stage, { body }, async ({ page }) => {
      await page.goto(stage.host.url);
      await page.getByRole("link", { name: "Donate" }).click();
      await page.locator("form .amounts").waitFor();
      await chooseGift(page);
      await pay(page);
      await page.locator("h3", { hasText: "25 SIR" }).waitFor();
    });
  });
}

/** The packages that a page with React needs, as functions that a small `require` calls. */
function reactPage(component) {
  const { outputText } = typescript.transpileModule(component, {
    compilerOptions: { jsx: typescript.JsxEmit.React, module: typescript.ModuleKind.CommonJS, target: typescript.ScriptTarget.ES2022, esModuleInterop: true },
  });
  const sources = {
    react: readFileSync(packaged("react/cjs/react.development.js"), "utf8"),
    scheduler: readFileSync(packaged("scheduler/cjs/scheduler.development.js"), "utf8"),
    "react-dom": readFileSync(packaged("react-dom/cjs/react-dom.development.js"), "utf8"),
    "react-dom/client": readFileSync(packaged("react-dom/cjs/react-dom-client.development.js"), "utf8"),
    give: `const React = require("react");\n${outputText}`,
  };
  const modules = Object.entries(sources)
    .map(([name, source]) => `${JSON.stringify(name)}: (module, exports, require, process) => {${source}\n}`);
  return `const loaded = {};
const process = { env: { NODE_ENV: "development" } };
const modules = {${modules.join(",\n")}};
const require = name => {
  if (!loaded[name]) {
    const module = (loaded[name] = { exports: {} });
    modules[name](module, module.exports, require, process);
  }
  return loaded[name].exports;
};
const { createElement, StrictMode } = require("react");
const { Give } = require("give");
window.root = require("react-dom/client").createRoot(document.querySelector("#root"));
window.show = () => window.root.render(createElement(StrictMode, null, createElement(Give, { onComplete: gift => (window.completed = gift) })));
window.show();`;
}

test("the snippet for React gives, mounted twice by StrictMode, unmounted and mounted again", async () => {
  let component;
  await configure(async ({ page }) => (component = await snippet(page, "React")));
  const files = { "/app.js": { type: "text/javascript", contents: reactPage(component) } };
  await onPage(stage, { body: '<div id="root"></div><script src="/app.js" defer></script>', files }, async ({ page, told }) => {
    await page.goto(stage.host.url);
    await page.getByRole("link", { name: "Donate" }).waitFor();
    assert.equal(await page.getByRole("link", { name: "Donate" }).count(), 1);
    for (const round of [1, 2]) {
      await page.getByRole("link", { name: "Donate" }).click();
      await page.locator("form .amounts").waitFor();
      await page.evaluate(() => window.root.render(null));
      await page.locator("giving-button").waitFor({ state: "detached" });
      await page.evaluate(() => window.show());
    }
    await page.getByRole("link", { name: "Donate" }).click();
    await page.locator("form .amounts").waitFor();
    await chooseGift(page);
    await pay(page);
    await page.locator("h3", { hasText: "25 SIR" }).waitFor();
    assert.equal(await page.evaluate(() => window.completed.status), "COMPLETED");
    assert.deepEqual(told.filter(line => line.startsWith("error")), []);
  });
});
