// Tells the page around the frame what it has to know, and that page alone.
(() => {
  const { origin, leadsTo } = document.currentScript.dataset;
  const tell = (giving, value) => parent.postMessage({ giving, value }, origin);
  const { body } = document;
  const tellHeight = () => tell("height", body.scrollHeight);
  new ResizeObserver(tellHeight).observe(body);
  // The page around asks after each load whether a form is here.
  addEventListener("message", ({ source }) => source === parent && tellHeight());
  addEventListener("keydown", ({ key }) => key === "Escape" && tell("close"));
  document.querySelector("[data-close]")?.addEventListener("click", () => tell("close"));
  if (leadsTo) tell("redirect", leadsTo);
})();
