// A developer on the partner API's page: from keys to a first signed call, and
// every kind of authorisation tried, under the page's own strict policy.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { AxeBuilder } from "@axe-core/playwright";

import { keepPictures, openStage, visit } from "./stage.mjs";

let stage;
before(async () => (stage = await openStage()));
after(() => stage.close());

/** A visitor on the page, and whatever the page's policy had to stop. */
async function open(fragment = "") {
  const visitor = await visit(stage);
  visitor.stopped = [];
  visitor.page.on("console", message => {
    if (message.type() === "error") visitor.stopped.push(message.text());
  });
  visitor.page.on("pageerror", error => visitor.stopped.push(error.message));
  await visitor.page.goto(`${stage.base}/partner-api${fragment}`);
  return visitor;
}

/** Hands the page the demo's file, as it is written. */
async function paste(page, { only } = {}) {
  const { credentials } = stage;
  if (only) return page.locator(`#${only}`).fill(credentials[only]);
  await page.getByLabel("demo-credentials.json").fill(JSON.stringify(credentials, null, 2));
  await page.getByText("Here: publishable key, secret key, HMAC secret").waitFor();
}

/** Opens a call, sends it as it stands and gives back what is shown. */
async function tryIt(page, id) {
  await page.evaluate(target => (location.hash = target), id);
  const call = page.locator(`#${id}`);
  await call.getByRole("button", { name: "Send" }).click();
  await call.locator(".result .good, .result .bad").waitFor();
  return call.locator(".result").innerText();
}

async function assertAccessible(page, state) {
  await page.emulateMedia({ reducedMotion: "reduce" });
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await new AxeBuilder({ page }).analyze();
    assert.deepEqual(violations.map(({ id, nodes }) => [id, nodes.map(node => node.html)]), [], `${state}, ${colorScheme}`);
  }
}

test("from the pasted file to a first signed call without leaving the page", async () => {
  const { page, requests, stopped, leave } = await open();
  await keepPictures(page, "partner-api");
  const send = page.getByRole("button", { name: "Send GET /v1/partner/token-pools" });
  await send.click();
  await page.getByText("This call needs the secret key.").waitFor();
  await paste(page);
  assert.equal(await page.getByLabel("demo-credentials.json").inputValue(), "", "the file does not stay on the screen");
  await send.click();
  const result = page.locator("#first-call .result");
  await result.getByText("200").waitFor();
  const text = await result.innerText();
  assert.match(text, /"balance": 1000000/);
  assert.match(text, /x-ratelimit-remaining: \d+/);
  assert.match(text, /What was signed\s+\d+GET\/v1\/partner\/token-pools[0-9a-f]{64}/);
  assert.ok(requests.every(url => url.startsWith(stage.base) || url.startsWith("data:")), requests.join("\n"));
  assert.deepEqual(stopped, []);
  await assertAccessible(page, "the first call");
  await leave();
});

test("each kind of authorisation works from the page", async () => {
  const { page, stopped, leave } = await open();
  await paste(page);
  assert.match(await tryIt(page, "createLink"), /^201[\s\S]*"donationLink": "http/);
  assert.match(await tryIt(page, "getDonationStatus"), /^200[\s\S]*"status": "PENDING"/, "the id made before is filled in");
  assert.match(await tryIt(page, "createUser"), /^201[\s\S]*"externalUserId": "user_42"/);
  assert.match(await tryIt(page, "submitAction"), /^200[\s\S]*"tokensDistributed": 50/);
  assert.match(await tryIt(page, "reverseAction"), /^200[\s\S]*"tokensReversed": 25/, "the id made before is filled in");
  assert.match(await tryIt(page, "getUserBalance"), /^200[\s\S]*"balance": 25/);
  assert.match(await tryIt(page, "submitAction"), /^200[\s\S]*idempotent-replayed: true/);
  assert.match(await tryIt(page, "updateUser"), /^200[\s\S]*"lastName": "Lovelace"/);
  assert.match(await tryIt(page, "deleteUser"), /^204[\s\S]*\(no body\)/);
  assert.match(await tryIt(page, "getMe"), /needs the access token/);
  assert.match(await tryIt(page, "login"), /^200[\s\S]*"tokenType": "Bearer"/, "the pasted file's person is filled in");
  assert.match(await tryIt(page, "getMe"), new RegExp(`^200[\\s\\S]*"email": "${stage.credentials.email}"`));
  assert.match(await tryIt(page, "createKey"), /^201[\s\S]*"secretKey": "sk_test_/);
  assert.deepEqual(stopped, []);
  await leave();
});

test("a refusal shows its code, and what the server would have signed", async () => {
  const { page, leave } = await open();
  await paste(page);
  await page.locator("#hmacSecret").fill("wrong");
  assert.match(await tryIt(page, "listUsers"), /^401[\s\S]*INVALID_SIGNATURE/);
  await page.locator("#publicKey").fill("");
  assert.match(await tryIt(page, "getConfig"), /needs the publishable key/);
  await leave();
});

test("keys are in memory only, unless they are to be kept, and are forgotten when asked", async () => {
  const { page, leave } = await open();
  const kept = () => page.evaluate(() => [sessionStorage.length, localStorage.length, document.cookie]);
  await paste(page);
  assert.deepEqual(await kept(), [0, 0, ""]);
  await page.reload();
  assert.equal(await page.locator("#secretKey").inputValue(), "");
  await paste(page);
  await page.getByLabel("Keep them until this tab is closed").check();
  await page.reload();
  assert.equal(await page.locator("#secretKey").inputValue(), stage.credentials.secretKey);
  await page.getByRole("button", { name: "Forget them" }).click();
  assert.deepEqual(await kept(), [0, 0, ""]);
  await page.reload();
  assert.equal(await page.locator("#secretKey").inputValue(), "");
  await leave();
});

test("a call is found, opened and read by keyboard alone", async () => {
  const { page, leave } = await open();
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the calls");
  await page.getByLabel("Find a call").focus();
  await page.keyboard.type("rewards an action");
  await page.getByText("1 call", { exact: true }).waitFor();
  const call = page.locator("#submitAction");
  assert.equal(await page.locator("details.call:visible").count(), 1);
  await call.locator("> summary").focus();
  await page.keyboard.press("Enter");
  await call.getByLabel("curl").focus();
  await page.keyboard.press("ArrowRight");
  const source = call.locator("pre[data-language=JavaScript]");
  await source.waitFor();
  assert.equal(await call.locator("pre[data-language=curl]").isVisible(), false);
  assert.match(await source.innerText(), /createHmac/);
  await leave();
});

test("a call that is opened is accessible, narrow and wide", async () => {
  const { page, leave } = await open("#submitAction");
  await page.locator("#submitAction .refusals > summary").click();
  await keepPictures(page, "partner-api-call");
  await assertAccessible(page, "a call");
  await page.setViewportSize({ width: 320, height: 640 });
  const [wide, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(wide <= screen, `${wide} px on a screen of ${screen}`);
  await leave();
});

test("a sample is copied as it is shown", async () => {
  const { page, context, leave } = await open("#listUsers");
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const call = page.locator("#listUsers");
  await call.getByRole("button", { name: "Copy curl" }).click();
  await call.getByText("Copied").waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(copied, await call.locator("pre[data-language=curl]").textContent());
  await leave();
});
