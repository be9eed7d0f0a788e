// The hosted form in a frame, for pages that let no WebAssembly run. It comes from our
// own server and says by message how high it is, when it closes and where to pay; who
// else sends messages is not heard.

const STYLE = `iframe{display:block;border:0;width:min(480px,100vw);height:min(var(--height,640px),100dvh);border-radius:16px;background:Canvas;color-scheme:light dark}
dialog{width:fit-content;height:fit-content}
giving-place iframe{width:100%;height:var(--height,640px)}`;
/** How long the frame may take to say something, in ms. */
const PATIENCE = 8_000;

export default element => new Promise((resolve, reject) => {
  const { dialog, link } = element;
  const { origin } = new URL(element.base);
  const frame = document.createElement("iframe");
  frame.title = link.textContent.trim() || element.textContent.trim();
  frame.src = `${link.href}&frame=1&origin=${encodeURIComponent(location.origin)}`;
  if (!element.inline) frame.src += "&closable=1";

  const style = new CSSStyleSheet();
  style.replaceSync(STYLE);
  const root = dialog.getRootNode();
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, style];

  const stop = new AbortController();
  const giveUp = reason => {
    stop.abort();
    frame.remove();
    console.error("giving:", reason);
    reject(reason);
  };
  const timer = setTimeout(giveUp, PATIENCE, `no form came from ${origin} in a frame; the button is a link to it now`);
  const hear = {
    height: height => {
      clearTimeout(timer);
      frame.style.setProperty("--height", `${Math.ceil(height)}px`);
      link.hidden = element.inline;
      resolve();
    },
    close: () => dialog.close(),
    redirect: address => {
      if (!/^https?:/.test(address)) return;
      element.tell("redirect", {});
      location.assign(address);
    },
  };
  const { signal } = stop;
  addEventListener("message", ({ source, origin: from, data }) => {
    if (source !== frame.contentWindow || from !== origin || !data) return;
    hear[data.giving]?.(data.value);
  }, { signal });
  addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) => {
    if (effectiveDirective === "frame-src" && blockedURI.startsWith(origin)) {
      giveUp(`Content-Security-Policy frame-src lacks ${origin}`);
    }
  }, { signal });
  dialog.replaceChildren(frame);
});
