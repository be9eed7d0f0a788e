// donate.d.ts against what there is: the attributes and events of the code, an example
// in TypeScript, and the answer of the server.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { openServer } from "./stage.mjs";

const ROOT = new URL("../../", import.meta.url);
const read = path => readFileSync(new URL(path, ROOT), "utf8");
const DECLARED = read("public/donate.d.ts");
const LOADER = read("public/donate.js");
const WIDGET = readdirSync(new URL("widget/src/", ROOT), { recursive: true })
  .filter(name => name.endsWith(".rs")).map(name => read(`widget/src/${name}`)).join("\n");

let server;
before(async () => (server = await openServer()));
after(() => server.close());

const all = (text, pattern) => new Set([...text.matchAll(pattern)].map(match => match[1]));

test("every attribute of the code is declared, and no other", () => {
  const body = /interface GivingOptions \{([^]*?)\n\}/.exec(DECLARED)[1];
  const declared = all(body, /^ {2}"?([a-z-]+)"?\??:/gm);
  const used = new Set([
    ...all(LOADER, /\bof\("([a-z-]+)"\)/g),
    ...all(WIDGET, /\.(?:find|has|of)\("([a-z-]+)"\)/g),
    ...JSON.parse(/for \(const name of (\[.*?\])\)/.exec(LOADER)[1]),
  ]);
  // The form's own fields are asked for in the same manner.
  for (const field of ["tip", "fees"]) used.delete(field);
  assert.deepEqual([...declared].sort(), [...used].sort());
});

test("every event of the code is declared, and no other", () => {
  const declared = all(DECLARED, /"giving:(\w+)":/g);
  const told = new Set([
    ...all(LOADER, /\.tell\("(\w+)"/g),
    ...all(WIDGET, /(?:\.tell|tell_choice|tell_donation)\((?:state, )?"(\w+)"/g),
  ]);
  assert.deepEqual([...declared].sort(), [...told].sort());
});

const EXAMPLE = `
const button = document.createElement("giving-button");
button.setAttribute("nonprofit", "american-red-cross");
button.addEventListener("giving:complete", event => {
  const earned: number = event.detail.tokensAwarded;
  console.log(event.detail.status === "COMPLETED", earned);
});
const giving = (window.Giving ||= { q: [] });
giving.q.push(giving => {
  giving.on("change", ({ detail }) => console.log(detail.amount ?? 0, detail.frequency));
  giving.on("error", ({ detail }) => console.log(detail.code));
  giving.scan();
});
`;

function compile(example) {
  // Outside of this folder, whose packages would bring types of their own.
  const folder = mkdtempSync(join(tmpdir(), "giving-declarations-"));
  try {
    writeFileSync(join(folder, "donate.d.ts"), DECLARED);
    writeFileSync(join(folder, "page.ts"), `/// <reference path="donate.d.ts" />\n${example}`);
    const compiler = new URL("node_modules/typescript/bin/tsc", import.meta.url).pathname;
    const flags = ["--noEmit", "--strict", "--target", "es2022", "--lib", "es2022,dom"];
    return spawnSync(process.execPath, [compiler, ...flags, join(folder, "page.ts")], { cwd: folder, encoding: "utf8" });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test("an example compiles, and a mistake in it does not", () => {
  const good = compile(EXAMPLE);
  assert.equal(good.status, 0, good.stdout);
  assert.notEqual(compile(EXAMPLE.replace('"giving:complete"', '"giving:compleet"')).status, 0);
  assert.notEqual(compile(EXAMPLE.replace('"error"', '"eror"')).status, 0);
});

test("the declarations are served beside the loader", async () => {
  const answer = await fetch(`${server.base}/donate.d.ts`);
  assert.equal(answer.status, 200);
  assert.equal(await answer.text(), DECLARED);
});
