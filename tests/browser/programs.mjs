// Programs of the machine that some tests need, and where they are missing.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";

const SCHEMATHESIS = "schemathesis==4.32.5";
const TOOLS = new URL("../../target/tools/schemathesis/", import.meta.url).pathname;

/** Whether a program stands on the search path. */
export function isThere(name) {
  return (process.env.PATH ?? "").split(delimiter).some(folder => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Leaves a test out by name, but not where nobody reads that it was left out. */
export function leaveOut(t, missing) {
  if (process.env.CI) assert.fail(missing);
  t.skip(missing);
}

/** What is missing of these programs, and how to get it; nothing if all are there. */
export function missingOf(programs) {
  const missing = programs.filter(name => !isThere(name));
  return missing.length ? `${missing.join(", ")} not found: apt-get install ${missing.join(" ")}` : undefined;
}

/** The path of schemathesis, installed beside our other tools if need be. */
export function installSchemathesis() {
  const done = join(TOOLS, SCHEMATHESIS);
  if (!existsSync(done)) {
    execFileSync("python3", ["-m", "venv", "--clear", TOOLS], { stdio: "pipe" });
    execFileSync(join(TOOLS, "bin/pip"), ["install", "--quiet", "--disable-pip-version-check", SCHEMATHESIS], { stdio: "pipe" });
    // Written last, so that half an installation is not taken for a whole one.
    execFileSync("touch", [done]);
  }
  return join(TOOLS, "bin/schemathesis");
}
