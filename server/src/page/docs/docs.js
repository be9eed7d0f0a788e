// The partner API's page: keys in memory, calls signed here, samples to copy.
// Without this script the page can still be read.

const NAMES = ["publicKey", "secretKey", "hmacSecret", "accessToken"];
const KEPT = "giving-keys";
const WORDS = { publicKey: "publishable key", secretKey: "secret key", hmacSecret: "HMAC secret", accessToken: "access token" };

const find = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const field = name => document.getElementById(name);
const keys = () => Object.fromEntries(NAMES.map(name => [name, field(name).value.trim()]));

// Keys

function showKeys() {
  const known = NAMES.filter(name => field(name).value.trim());
  const kept = field("keep").checked ? "kept until this tab is closed" : "in this page's memory only";
  field("keys-state").textContent = known.length
    ? `Here: ${known.map(name => WORDS[name]).join(", ")}; ${kept}.`
    : "No keys yet.";
  if (field("keep").checked) sessionStorage.setItem(KEPT, JSON.stringify(keys()));
  else sessionStorage.removeItem(KEPT);
}

function takeKeys(given) {
  for (const name of NAMES) if (typeof given[name] === "string") field(name).value = given[name];
  showKeys();
}

function readCredentials() {
  const box = field("credentials");
  if (!box.value.trim()) return;
  try {
    const given = JSON.parse(box.value);
    takeKeys(given);
    fillSignIn(given);
    // The file holds more than the keys; none of it stays on the screen.
    box.value = "";
  } catch {
    field("keys-state").textContent = "This is not the whole file: it begins with { and ends with }.";
  }
}

/** A demo's person can sign in at once. */
function fillSignIn({ email, password }) {
  const body = find("#login textarea");
  if (body && email && password) body.value = JSON.stringify({ email, password }, null, 2);
}

function startKeys() {
  const kept = sessionStorage.getItem(KEPT);
  field("keep").checked = kept !== null;
  if (kept !== null) takeKeys(JSON.parse(kept));
  field("credentials").addEventListener("input", readCredentials);
  for (const name of NAMES) field(name).addEventListener("input", showKeys);
  field("keep").addEventListener("change", showKeys);
  field("forget").addEventListener("click", () => {
    field("keep").checked = false;
    takeKeys(Object.fromEntries(NAMES.map(name => [name, ""])));
    for (const form of all("form[data-call]")) {
      form.reset();
      find(".result", form).replaceChildren();
    }
  });
}

// Signing

const utf8 = new TextEncoder();
const hex = buffer => [...new Uint8Array(buffer)].map(byte => byte.toString(16).padStart(2, "0")).join("");

class Missing extends Error {}

function needed(given, ...names) {
  for (const name of names) {
    if (!given[name]) throw new Missing(`This call needs the ${WORDS[name]}. Paste it at “Your first call”.`);
  }
}

/** The headers that say who calls, and what was signed. */
async function authorise(kind, { method, target, body }) {
  const given = keys();
  if (kind === "open") return { headers: {} };
  if (kind === "bearer") {
    needed(given, "accessToken");
    return { headers: { Authorization: `Bearer ${given.accessToken}` } };
  }
  if (kind === "publishable") {
    needed(given, "publicKey");
    return { headers: { "X-Partner-Key": given.publicKey } };
  }
  if (kind === "endaoment" || kind === "percent") {
    needed(given, "secretKey");
    return { headers: { [kind === "endaoment" ? "x-api-key" : "Authorization"]: given.secretKey } };
  }
  needed(given, "secretKey", "hmacSecret");
  if (!crypto.subtle) {
    throw new Missing("Browsers sign only on https or on localhost. Open this page there, or use one of the programs.");
  }
  const timestamp = Math.floor(Date.now() / 1000).toString();
  const bodyHash = hex(await crypto.subtle.digest("SHA-256", utf8.encode(body ?? "")));
  const payload = timestamp + method + target + bodyHash;
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", utf8.encode(given.hmacSecret), algorithm, false, ["sign"]);
  const signature = hex(await crypto.subtle.sign("HMAC", key, utf8.encode(payload)));
  return { headers: { "X-Partner-Key": given.secretKey, "X-Timestamp": timestamp, "X-Signature": signature }, payload };
}

// Calls

function requestOf(form) {
  let path = form.dataset.path;
  const query = new URLSearchParams();
  const headers = {};
  let body;
  for (const input of all("[data-place]", form)) {
    const value = input.value.trim();
    if (input.dataset.place === "path") path = path.replace(`{${input.name}}`, encodeURIComponent(value));
    else if (input.dataset.place === "body") body = value || undefined;
    else if (value && input.dataset.place === "query") query.append(input.name, value);
    else if (value && input.dataset.place === "header") headers[input.name] = value;
  }
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const target = query.size ? `${path}?${query}` : path;
  return { method: form.dataset.method, target, headers, body };
}

const SHOWN_HEADERS = [
  "x-request-id", "x-ratelimit-remaining", "x-ratelimit-limit", "retry-after", "idempotent-replayed", "etag",
];

function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function block(title, text) {
  const pre = element("pre");
  pre.tabIndex = 0;
  pre.setAttribute("aria-label", title);
  pre.setAttribute("role", "region");
  pre.append(element("code", text));
  return [element("p", title, "part"), pre];
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

async function send(form) {
  const result = find(".result", form);
  const button = find("button[type=submit]", form);
  button.disabled = true;
  result.replaceChildren(element("p", "Sending …", "quiet"));
  try {
    const request = requestOf(form);
    const { headers, payload } = await authorise(form.dataset.auth, request);
    const response = await fetch(request.target, {
      method: request.method,
      headers: { ...request.headers, ...headers },
      body: request.body,
      credentials: "omit",
      cache: "no-store",
    });
    const text = await response.text();
    const status = element("p", `${response.status} ${response.statusText}`.trim(), response.ok ? "good" : "bad");
    const lines = SHOWN_HEADERS.filter(name => response.headers.has(name)).map(name => `${name}: ${response.headers.get(name)}`);
    result.replaceChildren(status, ...block("Answer", text ? pretty(text) : "(no body)"), ...block("Headers", lines.join("\n")));
    if (payload) result.append(...block("What was signed", payload));
    if (response.ok) remember(form.dataset.call, text);
  } catch (error) {
    const words = error instanceof Missing ? error.message : `The call did not come through: ${error.message}`;
    result.replaceChildren(element("p", words, "bad"));
  } finally {
    button.disabled = false;
  }
}

/** Puts what a call has made where the next one asks for it, and takes tokens of a sign-in. */
function remember(call, text) {
  let answer;
  try {
    answer = JSON.parse(text);
  } catch {
    return;
  }
  if (answer === null || typeof answer !== "object") return;
  if (typeof answer.accessToken === "string") takeKeys({ accessToken: answer.accessToken });
  const base = find(`#${CSS.escape(call)} form`)?.dataset.path.split("{")[0].split("/").slice(0, 4).join("/");
  const first = Array.isArray(answer.data) ? answer.data[0] : answer;
  for (const input of all("input[data-place=path]")) {
    const path = input.form.dataset.path;
    const isOwn = base && path.startsWith(`${base}/`);
    const noun = input.name === "externalId" ? "externalUserId" : input.name;
    const value = first?.[noun] ?? (isOwn && input.name === "id" ? answer.actionId : undefined);
    // `id` means what its own path is about; other names say it themselves.
    if (typeof value === "string" && (input.name !== "id" || isOwn)) input.value = value;
  }
}

// Copying and finding

async function copy(button) {
  const label = button.firstChild;
  try {
    await navigator.clipboard.writeText(find("pre", button.parentElement).textContent);
    label.textContent = "Copied";
  } catch {
    const range = document.createRange();
    range.selectNodeContents(find("pre", button.parentElement));
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    label.textContent = "Selected";
  }
  setTimeout(() => (label.textContent = "Copy"), 2000);
}

function search(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const hits = new Set();
  for (const call of all("details.call")) {
    const hit = words.every(word => call.dataset.find.includes(word));
    call.hidden = !hit;
    if (hit) hits.add(call.id);
  }
  for (const item of all(".contents li[data-find]")) item.hidden = !hits.has(item.dataset.find);
  for (const group of all(".contents details")) group.hidden = !find("li:not([hidden])", group);
  for (const section of all("main > section")) {
    if (find("details.call", section)) section.hidden = !find("details.call:not([hidden])", section);
  }
  field("found").textContent = words.length ? `${hits.size} ${hits.size === 1 ? "call" : "calls"}` : "";
}

function openTarget() {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target instanceof HTMLDetailsElement) {
    target.open = true;
    target.scrollIntoView();
  }
}

document.addEventListener("submit", event => {
  event.preventDefault();
  if (event.target.dataset.call) send(event.target);
});
document.addEventListener("click", event => {
  const button = event.target.closest?.("button.copy");
  if (button) copy(button);
});
field("find").addEventListener("input", event => search(event.target.value));
addEventListener("hashchange", openTarget);
startKeys();
openTarget();
