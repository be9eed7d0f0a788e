// What is chosen becomes a widget to look at and a snippet to paste.

const { base, assets } = document.body.dataset;
const find = selector => document.querySelector(selector);
const form = find("#options");
const stage = find("#stage");
const page = find(".page");

/** What needs no attribute, since it is so without one. */
const USUAL = { mode: "button", color: "#0b6e4f", radius: "12" };
const FLAGS = ["cover-fees", "tribute", "comment", "popup"];
/** After the last key, before what was typed is asked for or drawn. */
const REST_MS = 250;

const ADVICE = {
  html: "Paste it where the button shall stand. One line is all there is.",
  element: "The script belongs into the page once; elements can stand anywhere, as many as you like, and be added at any time.",
  react: "One component. It can be mounted, unmounted and mounted twice.",
  wordpress: "Paste it into a Custom HTML block. The marks on the script keep optimizers from moving it; the link inside works even where they do.",
};

/** The attributes of what is chosen, in the order of the form. */
function chosen() {
  const data = new FormData(form);
  const attributes = [];
  for (const [name, value] of data) {
    const text = value.trim();
    if (FLAGS.includes(name)) attributes.push([name, ""]);
    else if (text && text !== USUAL[name]) attributes.push([name, text]);
  }
  const rank = ([name]) => ["key", "nonprofit"].indexOf(name) >>> 0;
  return attributes.sort((one, other) => rank(one) - rank(other));
}

const escape = text => text.replace(/&/g, "&amp;").replace(/"/g, "&quot;").replace(/</g, "&lt;");
const written = (attributes, prefix = "") => attributes
  .map(([name, value]) => ` ${prefix}${name}${value && `="${escape(value)}"`}`).join("");

const isForm = attributes => attributes.some(([name, value]) => name === "mode" && value === "inline");
const words = () => form.elements.label.value.trim() || form.elements.label.placeholder;

/** Kept free until the script is there, so that nothing on the page moves. */
const SPACE = { "giving-button": "display:inline-block;min-height:52px;vertical-align:top", "giving-form": "display:block;min-height:920px" };

/** The hosted form: what a page without scripts leads to. */
function link(attributes) {
  const query = new URLSearchParams();
  for (const [name, value] of attributes) {
    if (["key", "currency", "frequency", "locale"].includes(name)) query.set(name, value);
  }
  return `${base}/give/${encodeURIComponent(form.elements.nonprofit.value.trim())}?${query}`;
}

function element(attributes, prefix) {
  const tag = isForm(attributes) ? "giving-form" : "giving-button";
  const rest = attributes.filter(([name, value]) => !(name === "mode" && value === "inline") && name !== "label");
  return `<${tag}${written(rest, prefix)} style="${SPACE[tag]}">\n  <a href="${escape(link(attributes))}">${escape(words())}</a>\n</${tag}>`;
}

const SNIPPETS = {
  html: attributes => `<script async src="${base}/donate.js"${written(attributes, "data-")}></script>`,
  element: attributes => `${element(attributes, "")}\n<script async src="${base}/donate.js"></script>`,
  wordpress: attributes =>
    `${element(attributes, "data-")}\n<script async src="${base}/donate.js" data-cfasync="false" data-no-optimize="1" data-no-defer="1" data-no-minify="1"></script>`,
  react: attributes => {
    const tag = isForm(attributes) ? "giving-form" : "giving-button";
    const rest = attributes.filter(([name, value]) => !(name === "mode" && value === "inline") && name !== "label");
    const lines = rest.map(([name, value]) => `\n      data-${name}=${JSON.stringify(value)}`).join("");
    return `import { useEffect, useRef } from "react";

export function Give({ onComplete }) {
  const widget = useRef(null);
  useEffect(() => {
    if (!document.querySelector('script[src="${base}/donate.js"]')) {
      const script = document.createElement("script");
      script.src = "${base}/donate.js";
      script.async = true;
      document.head.append(script);
    }
    const element = widget.current;
    const tell = event => onComplete?.(event.detail);
    element.addEventListener("giving:complete", tell);
    return () => element.removeEventListener("giving:complete", tell);
  }, [onComplete]);
  return (
    <${tag} ref={widget}${lines}
    >
      ${words()}
    </${tag}>
  );
}`;
  },
};

function drawSnippet() {
  const kind = find("[name=kind]:checked").value;
  find("#advice").textContent = ADVICE[kind];
  find("#snippet").textContent = SNIPPETS[kind](chosen());
  find("#copied").textContent = "";
}

function drawPreview() {
  const attributes = chosen();
  const widget = document.createElement(isForm(attributes) ? "giving-form" : "giving-button");
  for (const [name, value] of attributes) widget.setAttribute(name, value);
  if (!form.elements.label.value.trim()) widget.textContent = words();
  page.classList.toggle("light", form.elements.theme.value === "light");
  page.classList.toggle("dark", form.elements.theme.value === "dark");
  find("#said").textContent = "";
  stage.replaceChildren(widget);
}

function draw() {
  drawSnippet();
  drawPreview();
}

/** The words on the button in the language chosen. */
async function speak() {
  const { file = "en" } = form.elements.locale.selectedOptions[0].dataset;
  const answer = await fetch(`${assets}locales/${file}.json`);
  if (answer.ok) form.elements.label.placeholder = (await answer.json()).donate;
  draw();
}

/** The nonprofits that what was typed can mean. */
async function search() {
  const typed = form.elements.nonprofit.value.trim();
  const headers = { "x-partner-key": form.elements.key.value.trim() };
  const answer = await fetch(`/v1/partner/organizations?query=${encodeURIComponent(typed)}`, { headers });
  const note = find("#nonprofit-note");
  if (!answer.ok) {
    note.textContent = answer.status === 401 ? "Put in your publishable key first." : "The list cannot be read right now.";
    return;
  }
  const { data } = await answer.json();
  find("#found").replaceChildren(...data.map(({ slug, name, location }) => {
    const option = new Option(location ? `${name}, ${location}` : name, slug);
    return option;
  }));
  const known = data.find(({ slug }) => slug === typed);
  note.textContent = known ? known.name : data.length > 0 ? "Choose one of the list." : "None is known by that name.";
}

let timer;
const changed = new Set();
form.addEventListener("input", ({ target }) => {
  changed.add(target.name);
  clearTimeout(timer);
  timer = setTimeout(() => {
    if (changed.has("nonprofit") || changed.has("key")) search();
    if (changed.has("locale")) speak();
    else draw();
    changed.clear();
  }, REST_MS);
});
form.addEventListener("submit", event => event.preventDefault());
find("#kinds").addEventListener("input", drawSnippet);
find("#copy").addEventListener("click", async () => {
  await navigator.clipboard.writeText(find("#snippet").textContent);
  find("#copied").textContent = "Copied.";
});
stage.addEventListener("giving:error", ({ detail }) => {
  find("#said").textContent = {
    INVALID_API_KEY: "This key is not known here. Copy your publishable key from the portal.",
    ORGANIZATION_NOT_FOUND: "No nonprofit has this name here. Choose one of the list.",
  }[detail.code] ?? `Donors would not get through: ${detail.code}`;
});

for (const option of form.elements.locale.options) {
  if (option.value) option.textContent = new Intl.DisplayNames([option.value], { type: "language" }).of(option.value);
}
search();
draw();
