// How long a donor waits from the click to a form that can be filled in and sent.
// The page itself takes the times, so that driving the browser is no part of them.

import { openStage, visit } from "../stage.mjs";

const VISITS = 7;
const SPEEDS = [
  { name: "full speed", slowdown: 1 },
  { name: "CPU 4 times slower", slowdown: 4 },
];
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

/** One visit by somebody who was never here: nothing is cached. */
async function measure(stage, slowdown, hovers) {
  const { context, page, leave } = await visit(stage);
  const session = await context.newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: slowdown });
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
  await leave();
  return waited;
}

async function median(stage, slowdown, hovers) {
  const times = [];
  for (let count = 0; count < VISITS; count += 1) times.push(await measure(stage, slowdown, hovers));
  return times.sort((one, other) => one - other)[Math.floor(VISITS / 2)];
}

function row(name, ...cells) {
  return name.padEnd(20) + cells.map(cell => cell.padStart(20)).join("");
}

const stage = await openStage();
try {
  console.log(`From the click to a usable form: medians of ${VISITS} visits, cold cache`);
  console.log(row("", "click at once", `after ${HOVER_MS / 1_000} s of hover`));
  for (const { name, slowdown } of SPEEDS) {
    const atOnce = await median(stage, slowdown, false);
    const hovered = await median(stage, slowdown, true);
    console.log(row(name, `${atOnce.toFixed(1)} ms`, `${hovered.toFixed(1)} ms`));
  }
} finally {
  await stage.close();
}
