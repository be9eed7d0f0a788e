// How long a donor waits from the click to a form that can be filled in and sent, what
// long tasks that takes, and whether anything on the page moves. The page itself takes
// the times, so that driving the browser is no part of them.

import { brotliCompressSync, constants } from "node:zlib";

import { element, openStage, script, visit } from "../stage.mjs";

const VISITS = 7;
const SPEEDS = [
  { name: "full speed", slowdown: 1, goal: 150 },
  { name: "CPU 4 times slower", slowdown: 4, goal: 400 },
];
/** Of any script or layout at full speed, in ms. */
const LONGEST_TASK = 50;
/** Before intent, in bytes of brotli. */
const LOADER_GOAL = 2_048;
/** How long the pointer rests on the button before it clicks. */
const HOVER_MS = 1_000;
const PATIENCE_MS = 30_000;

/** Runs in the page: from the button's click to the first frame with a usable form, in ms. */
function watchForm(patience) {
  const root = document.querySelector("giving-button").shadowRoot;
  const isUsable = () => {
    const form = root.querySelector("form:has(.amounts)");
    const send = form?.querySelector("button.primary");
    return form?.querySelector(".amounts").checkVisibility() && send?.checkVisibility() && !send.disabled;
  };
  window.wait = new Promise((resolve, reject) => {
    root.addEventListener("click", click => {
      const look = now => {
        if (isUsable()) return resolve(performance.now() - click.timeStamp);
        if (now - click.timeStamp > patience) return reject(new Error("no form came"));
        requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    }, { capture: true, once: true });
  });
}

/** Runs in the page before all else: what moves, and what takes long. */
function observe() {
  window.seen = { shift: 0, longest: 0 };
  const watch = (type, take) => new PerformanceObserver(list => list.getEntries().forEach(take)).observe({ type, buffered: true });
  watch("layout-shift", ({ value }) => (window.seen.shift += value));
  watch("longtask", ({ duration }) => (window.seen.longest = Math.max(window.seen.longest, duration)));
}

/** One visit by somebody who was never here: nothing is cached. */
async function measure(stage, slowdown, hovers) {
  const { context, page, leave } = await visit(stage);
  const session = await context.newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: slowdown });
  await page.addInitScript(observe);
  await page.goto(stage.host.url);
  const button = page.getByRole("link", { name: "Donate" });
  await button.waitFor();
  await page.evaluate(watchForm, PATIENCE_MS);
  if (hovers) {
    await button.hover();
    await page.waitForTimeout(HOVER_MS);
    await button.click();
  } else {
    // Without a pointer there is no hover that would load anything before the click.
    await button.evaluate(link => link.click());
  }
  const waited = await page.evaluate(() => window.wait);
  // Two frames more, after which what the form moved or took is known.
  await page.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))));
  const seen = await page.evaluate(() => window.seen);
  await leave();
  return { waited, ...seen };
}

async function median(stage, slowdown, hovers) {
  const visits = [];
  for (let count = 0; count < VISITS; count += 1) visits.push(await measure(stage, slowdown, hovers));
  const middle = name => visits.map(one => one[name]).sort((one, other) => one - other)[Math.floor(VISITS / 2)];
  return { waited: middle("waited"), longest: middle("longest"), shift: Math.max(...visits.map(one => one.shift)) };
}

const verdict = (value, goal) => (value <= goal ? "met" : "MISSED");

function row(name, ...cells) {
  return name.padEnd(20) + cells.map(cell => cell.padStart(20)).join("");
}

const stage = await openStage();
try {
  const loader = Buffer.from(await (await fetch(`${stage.base}/donate.js`)).arrayBuffer());
  const served = brotliCompressSync(loader, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
  console.log(`\nBefore intent: donate.js as it is served, ${served} bytes (at most ${LOADER_GOAL}: ${verdict(served, LOADER_GOAL)})`);

  // As /embed writes it: the element keeps its room until the script is there.
  stage.host.body = element(stage.credentials, 'style="display:inline-block;min-height:52px;vertical-align:top"')
    + "<p>What the page says below its button.</p>" + script(stage.credentials);
  console.log(`\nFrom the click to a usable form: medians of ${VISITS} visits, cold cache`);
  console.log(row("", "click at once", `after ${HOVER_MS / 1_000} s of hover`, "goal", "longest task"));
  let shift = 0;
  for (const { name, slowdown, goal } of SPEEDS) {
    const atOnce = await median(stage, slowdown, false);
    const hovered = await median(stage, slowdown, true);
    shift = Math.max(shift, atOnce.shift, hovered.shift);
    const longest = Math.max(atOnce.longest, hovered.longest);
    const task = slowdown === 1 ? `${longest} ms ${verdict(longest, LONGEST_TASK)}` : `${longest} ms`;
    console.log(row(name, `${atOnce.waited.toFixed(1)} ms`, `${hovered.waited.toFixed(1)} ms`, `${goal} ms ${verdict(atOnce.waited, goal)}`, task));
  }
  console.log(`\nLayout shift: ${shift.toFixed(4)} (goal 0: ${verdict(shift, 0)}); a long task is one above ${LONGEST_TASK} ms`);
} finally {
  await stage.close();
}
