// The OpenAPI document in foreign hands: a linter, a generator of clients, a
// runner of collections, a fuzzer; and the samples, run as they are shown.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

import { installSchemathesis, leaveOut, missingOf } from "./programs.mjs";
import { openServer } from "./stage.mjs";

const execute = promisify(execFile);
const BIN = new URL("node_modules/.bin/", import.meta.url).pathname;
const CONTRACT = new URL("contract/", import.meta.url).pathname;

/** A fresh demo, its document, and a folder from which the packages are found. */
async function openDesk(t, settings) {
  const server = await openServer(settings);
  mkdirSync(join(CONTRACT, "made"), { recursive: true });
  const folder = mkdtempSync(join(CONTRACT, "made/"));
  t.after(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const address = `${server.base}/partner-api/openapi.json`;
  const document = await (await fetch(address)).json();
  writeFileSync(join(folder, "openapi.json"), JSON.stringify(document));
  const { publicKey, secretKey, hmacSecret } = server.credentials;
  const env = {
    ...process.env,
    GIVING_BASE: server.base,
    GIVING_DOCUMENT: address,
    GIVING_PUBLIC_KEY: publicKey,
    GIVING_SECRET_KEY: secretKey,
    GIVING_HMAC_SECRET: hmacSecret,
    GIVING_ACCESS_TOKEN: await signIn(server),
    PYTHONPATH: CONTRACT,
    PYTHONDONTWRITEBYTECODE: "1",
  };
  /** Runs a program in the folder; one that fails says what it printed. */
  const run = (program, ...words) =>
    execute(program, words, { cwd: folder, env, maxBuffer: 1 << 26 }).catch(({ stdout, stderr, message }) =>
      assert.fail(`${message}\n${stdout}\n${stderr}`),
    );
  return { server, document, folder, env, run };
}

async function signIn({ base, credentials: { email, password } }) {
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ email, password });
  const answer = await fetch(`${base}/v1/partner/auth/login`, { method: "POST", headers, body });
  return (await answer.json()).accessToken;
}

test("Redocly's linter finds nothing wrong in the document", async t => {
  const { folder, env } = await openDesk(t);
  // `actions/bulk/{jobId}` and `actions/{actionId}/reverse` are as the vendor has them.
  const words = ["lint", "openapi.json", "--skip-rule", "no-ambiguous-paths", "--format", "json"];
  const options = { cwd: folder, env: { ...env, REDOCLY_TELEMETRY: "off" } };
  // It ends with 1 where it finds an error, and says on the same stream what.
  const { stdout } = await execute(join(BIN, "redocly"), words, options).catch(ended => ended);
  const { problems } = JSON.parse(stdout.slice(stdout.indexOf("{")));
  assert.deepEqual(problems.map(({ ruleId, message }) => [ruleId, message]), []);
});

test("a client generated from the document compiles and makes calls", async t => {
  const { folder, run } = await openDesk(t);
  copyFileSync(join(CONTRACT, "client.ts"), join(folder, "client.ts"));
  const compilerOptions = {
    strict: true, target: "es2022", module: "nodenext", lib: ["es2022", "dom"], types: [], skipLibCheck: true,
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["client.ts"] }));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  await run(join(BIN, "openapi-typescript"), "openapi.json", "--output", "api.ts");
  await run(join(BIN, "tsc"));
  const { stdout } = await run("node", "client.js");
  const expected = { nonprofit: "American Red Cross", user: "typed_user", pools: 1, refused: ["USER_EXISTS", 409] };
  assert.deepEqual(JSON.parse(stdout), expected);
});

// The calls whose example names nothing that the server must make first, in an
// order in which each finds what it needs.
const CALLS = [
  "getConfig", "findOrganizations", "getOrganization", "createLink", "createUser", "getUser", "updateUser",
  "submitAction", "submitBulk", "getUserBalance", "listUserTransactions", "spendTokens", "listActions",
  "createCampaign", "getActiveCampaign", "listPools", "requestTokens", "createWebhook", "listEvents", "deleteUser",
  "provisionUser", "createFund", "searchOrganizations", "reportOrganization",
  "getMe", "createKey", "listKeys", "forgotPassword",
];

const LANGUAGES = [
  { language: "Shell", program: "sh", ending: "sh", needs: ["curl", "openssl"] },
  { language: "JavaScript", program: "node", ending: "mjs", needs: [] },
  { language: "Python", program: "python3", ending: "py", needs: ["python3"] },
];

for (const { language, program, ending, needs } of LANGUAGES) {
  test(`the samples in ${language} run as they are shown`, async t => {
    const missing = missingOf(needs);
    if (missing) return leaveOut(t, missing);
    const { document, folder, run } = await openDesk(t);
    const entries = Object.values(document.paths).flatMap(path => Object.values(path));
    for (const id of CALLS) {
      const entry = entries.find(({ operationId }) => operationId === id);
      const { source } = entry["x-codeSamples"].find(({ lang }) => lang === language);
      writeFileSync(join(folder, `${id}.${ending}`), source);
      const { stdout } = await run(program, `${id}.${ending}`);
      assert.doesNotMatch(stdout, /"statusCode"/, `${id}: ${stdout}`);
      if (id === "createLink") assert.match(stdout, /"donationLink":"http/);
      if (id === "getUserBalance") assert.match(stdout, /"balance":70\b/);
    }
  });
}

test("the collection signs its calls in Postman's own runner", async t => {
  const { server, folder, env, run } = await openDesk(t);
  const collection = await (await fetch(`${server.base}/partner-api/collection.json`)).json();
  const known = { ...server.credentials, accessToken: env.GIVING_ACCESS_TOKEN };
  for (const variable of collection.variable) variable.value ||= known[variable.key];
  writeFileSync(join(folder, "collection.json"), JSON.stringify(collection));
  await run("node", join(CONTRACT, "collection.mjs"), "collection.json", "answers.json");
  const answers = JSON.parse(readFileSync(join(folder, "answers.json"), "utf8"));
  const calls = collection.item.flatMap(({ item }) => item);
  assert.equal(answers.length, calls.length);
  // What the examples' ids name is not there; who calls is known each time.
  const proven = calls.filter(({ request }) => request.header.every(({ value }) => value !== "open")).map(({ name }) => name);
  const isRefused = ({ name, status, code }) =>
    proven.includes(name) && [401, 403, 415, 500].includes(status) && code !== "INVALID_CREDENTIALS";
  const refused = answers.filter(isRefused);
  assert.deepEqual(refused, []);
  assert.deepEqual(answers.filter(({ error }) => error), []);
  for (const name of ["Makes a user", "Rewards an action", "Makes a link through which a donor pays"]) {
    const { status } = answers.find(answer => answer.name === name);
    assert.ok([200, 201].includes(status), `${name}: ${status}`);
  }
});

test("a fuzzer gets no 5xx, and no answer outside the document", async t => {
  const missing = missingOf(["python3"]);
  if (missing) return leaveOut(t, missing);
  // It makes more calls than an hour allows.
  const { document, folder, env, run } = await openDesk(t, { GIVING_RATE_LIMIT_STANDARD: "1000000", GIVING_RATE_LIMIT_WIDGET_ADDRESS: "1000000" });
  let program;
  try {
    program = installSchemathesis();
  } catch ({ message }) {
    return leaveOut(t, `schemathesis cannot be installed: apt-get install python3-venv (${message})`);
  }
  env.SCHEMATHESIS_HOOKS = "signing";
  const checks = ["not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance"];
  // One worker: in more, its generators trip over each other's sources now and then.
  const { stdout } = await run(
    program, "run", env.GIVING_DOCUMENT, "--checks", checks.join(","), "--phases", "examples,coverage,fuzzing",
    "--max-examples", "5", "--seed", "1", "--workers", "1", "--no-color",
    "--report", "har", "--report-har-path", "fuzzed.har",
  );
  const tested = Number(/Tested: (\d+)/.exec(stdout)?.[1]);
  const calls = Object.values(document.paths).flatMap(path => Object.values(path));
  assert.equal(tested, calls.length, stdout);
  // Were it not known who calls, each answer would be a 401, which fits as well.
  const { entries } = JSON.parse(readFileSync(join(folder, "fuzzed.har"), "utf8")).log;
  const answered = statuses => entries.filter(({ response }) => statuses.includes(response.status)).length;
  assert.ok(answered([401, 403]) < entries.length / 5, `${answered([401, 403])} of ${entries.length}`);
  assert.ok(answered([200, 201, 202, 204]) > 100, `${answered([200, 201, 202, 204])} of ${entries.length}`);
});
