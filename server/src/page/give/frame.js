// Tells the page around the frame what it has to know, and that page alone.
(() => {
  const { origin, leadsTo } = document.currentScript.dataset;
  const tell = (giving, value) => parent.postMessage({ giving, value }, origin);
  const { body } = document;
  new ResizeObserver(() => tell("height", body.scrollHeight)).observe(body);
  addEventListener("keydown", ({ key }) => key === "Escape" && tell("close"));
  document.querySelector("[data-close]")?.addEventListener("click", () => tell("close"));
  if (leadsTo) tell("redirect", leadsTo);
})();
