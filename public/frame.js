// The hosted form in a frame, for pages that let no WebAssembly run. It comes from our
// own server and says by message how high it is, when it closes and where to pay; who
// else sends messages is not heard.

const STYLE = `iframe{display:block;border:0;width:min(480px,100vw);height:min(var(--height,640px),100dvh);border-radius:16px;background:Canvas;color-scheme:light dark}
dialog{width:fit-content;height:fit-content}
giving-place iframe{width:100%;height:var(--height,640px)}`;
/** How long the frame may take to say something, in ms, and how long once it has loaded. */
const PATIENCE = 8_000;
const PATIENCE_LOADED = 3_000;

const style = new CSSStyleSheet();
style.replaceSync(STYLE);

/** Resolves once the form is shown or the donor has closed it, rejects if there is none. */
const show = element => new Promise((resolve, reject) => {
  const { dialog, link } = element;
  const { origin } = new URL(element.base);
  element.glue?.forget(dialog);
  // The frame pays at the top and ends on our page: its address is that of the link alone.
  const aim = isLink => {
    element.isLink = isLink;
    element.aim();
  };
  aim(true);
  const frame = document.createElement("iframe");
  frame.title = link.textContent.trim() || element.textContent.trim();
  frame.src = `${link.href}&frame=1&origin=${encodeURIComponent(location.origin)}`;
  if (!element.inline) frame.src += "&closable=1";
  // From here on the button opens a frame at once.
  aim(false);
  element.open = () => reopen(element);
  if (!dialog.open) return resolve();

  const root = dialog.getRootNode();
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, style];
  let isShown = false;
  let timer;
  const stop = new AbortController();
  const { signal } = stop;
  const forget = () => {
    clearTimeout(timer);
    stop.abort();
    frame.remove();
    root.adoptedStyleSheets = root.adoptedStyleSheets.filter(sheet => sheet !== style);
    element.glue = undefined;
    resolve();
  };
  // The loader lets go of it as of a widget.
  element.glue = { forget };
  const giveUp = reason => {
    console.error("giving:", reason);
    delete element.open;
    aim(true);
    reject(reason);
    forget();
    // What was sent has been refused, which no frame shows.
    if (isShown) location.assign(link.href);
  };
  const wait = patience => {
    clearTimeout(timer);
    timer = setTimeout(giveUp, patience, `no form came from ${origin} in a frame; the button is a link to it now`);
  };
  const hear = {
    height: height => {
      clearTimeout(timer);
      frame.style.setProperty("--height", `${Math.ceil(height)}px`);
      link.hidden = element.inline;
      isShown = true;
      resolve();
    },
    close: () => dialog.close(),
    redirect: address => {
      if (!/^https?:/.test(address)) return;
      element.tell("redirect", {});
      location.assign(address);
    },
  };
  wait(PATIENCE);
  frame.onload = () => {
    // A page of ours answers; the browser's own, in place of one refused, does not.
    wait(PATIENCE_LOADED);
    frame.contentWindow.postMessage({ giving: "there" }, "*");
  };
  dialog.addEventListener("close", () => dialog.open || forget(), { signal });
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

const reopen = async element => {
  const { dialog, link } = element;
  dialog.open || dialog.showModal();
  element.tell("open");
  try {
    await show(element);
  } catch {
    if (dialog.open && !element.inline) location.assign(link.href);
    dialog.close();
  }
};

export default show;
