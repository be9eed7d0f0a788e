/* Buttons and forms to give by, from <script data-…>, <giving-button> and <giving-form>: see /embed and donate.d.ts */
(() => {
  const giving = (window.Giving ||= {});
  if (giving.scan) return giving.scan();

  const style = new CSSStyleSheet();
  style.replaceSync(`:host{all:initial;display:inline-block;color-scheme:inherit}
:host(:is(giving-form,[mode=inline],[data-mode=inline])){display:block;min-height:var(--giving-height,920px)}
:host([hidden]),[hidden],dialog:not([open]){display:none!important}
a,dialog,giving-place{all:initial}
[part]{display:inline-block;padding:14px 28px;border:2px solid #0000;border-radius:var(--giving-radius,12px);background:var(--giving-color,#0b6e4f);color:#fff;color:oklch(from var(--giving-color,#0b6e4f) clamp(0,(.57 - l)*999,1) 0 0);font:600 17px/20px system-ui;cursor:pointer}
:focus-visible{outline:3px solid Highlight}
.floating{position:fixed;inset:auto 20px 20px auto;z-index:99999}
dialog{position:fixed;inset:0;margin:auto}
dialog::backdrop{background:#0009}
dialog:empty::after{content:"...";color:#fff;font:64px system-ui}`);

  const trace = /[?&]partnerDonationId=([^&#]+)&status=(\w+)/;
  let back = trace.exec(location.search);
  const page = () => location.href.replace(trace, "");

  let blocked, loading;
  // A browser keeps a module that it could not load as such, by its address.
  let again = "";
  addEventListener("securitypolicyviolation", event => /^wasm|__GIVING_VERSION__/.test(event.blockedURI) && (blocked = event));
  const load = async assets => {
    const link = document.createElement("link");
    link.rel = "modulepreload";
    link.integrity = "__GIVING_GLUE_INTEGRITY__";
    link.nonce = document.querySelector("script[nonce]")?.nonce;
    link.href = assets + "widget.js" + again;
    document.head.append(link);
    const wasm = fetch(assets + "widget_bg.wasm", { integrity: "__GIVING_WASM_INTEGRITY__" });
    const [glue, module_or_path] = await Promise.all([import(link.href), wasm]);
    await glue.default({ module_or_path });
    return glue;
  };

  const places = {};
  class Button extends HTMLElement {
    connectedCallback() {
      this.link || this.draw();
      let count = 1;
      while (places[(this.place = this.of("nonprofit") + count)]) count++;
      places[this.place] = 1;
      this.aim();
      this.tell("ready");
      this.take();
      if (this.inline)
        new IntersectionObserver(([{ isIntersecting }], watch) => {
          if (isIntersecting) watch.disconnect(this.open());
        }, { rootMargin: "400px" }).observe(this);
    }

    disconnectedCallback() {
      delete places[this.place];
      this.dialog.close();
      this.glue?.forget(this.dialog);
      this.dialog.replaceChildren();
    }

    of(name) {
      return this.getAttribute(name) || this.getAttribute("data-" + name) || "";
    }

    draw() {
      const root = this.attachShadow({ mode: "open" });
      const add = (parent, name) => parent.appendChild(document.createElement(name));
      root.adoptedStyleSheets = [style];
      const link = (this.link = add(root, "a"));
      link.part = "button";
      link.className = this.of("mode");
      this.of("color") && this.style.setProperty("--giving-color", this.of("color"));
      const slot = add(link, "slot");
      slot.textContent = this.of("label") || "Donate";
      // A link that was there for pages without scripts: its words are enough now.
      slot.onslotchange = () => {
        const spare = this.querySelector("a");
        spare?.replaceWith(...spare.childNodes);
      };
      this.inline = this.localName != "giving-button" || this.of("mode") == "inline";
      const dialog = (this.dialog = add(root, this.inline ? "giving-place" : "dialog"));
      if (this.inline) Object.assign(dialog, { open: true, close() {} });
      link.onpointerenter = link.onfocus = () => this.load().catch(() => {});
      link.onclick = event => {
        if (this.isLink || event.ctrlKey || event.metaKey) return;
        this.open(event.preventDefault());
      };
      // A click would be here too after a text was selected and let go beside the form.
      dialog.onmousedown = event => void (event.target == dialog && dialog.close());
      dialog.onclose = () => this.tell("close");
    }

    aim() {
      this.base = this.of("base") || "__GIVING_BASE__";
      this.assets = this.base + "/widget/__GIVING_VERSION__/";
      // No payment leads back to a page without TLS, to a file, or by an endless address.
      this.page = location.host && isSecureContext && !this.isLink && !page()[2048] ? page() : "";
      const query = new URLSearchParams({ successUrl: this.of("success-url") || this.page });
      for (const name of ["key", "amount", "currency", "frequency", "locale"]) query.set(name, this.of(name));
      this.link.href = `${this.base}/give/${this.of("nonprofit")}?${query}`;
    }

    load() {
      this.aim();
      return (loading ||= load(this.assets).catch(error => {
        loading = 0;
        again += "?";
        throw error;
      }));
    }

    async open() {
      this.dialog.open || this.dialog.showModal();
      this.tell("open");
      try {
        this.glue = await this.load();
        this.glue.open(this, this.dialog);
        this.link.hidden = this.inline;
      } catch (error) {
        // Blocked: a frame of ours, or else the link stays a link.
        await new Promise(setTimeout);
        console.error("giving:", blocked ? `Content-Security-Policy ${blocked.effectiveDirective} lacks ${blocked.blockedURI == "wasm-eval" ? "'wasm-unsafe-eval'" : this.base}` : error);
        this.tell("error", { code: "BLOCKED" });
        this.isLink = navigator.onLine;
        this.aim();
        try {
          await (await import(this.assets + "frame.js" + again)).default(this);
        } catch {
          if (this.isLink && !this.inline && this.dialog.open && !this.returned) location = this.link.href;
          this.dialog.close();
        }
      }
    }

    take() {
      if (!back) return;
      let place;
      try {
        place = sessionStorage["giving:" + back[1]];
      } catch {}
      if (place ? place != this.place : document.readyState != "complete") return;
      [, this.returned, this.outcome] = back;
      history.replaceState(history.state, "", page());
      back = 0;
      this.open();
    }

    tell(name, detail) {
      queueMicrotask(() => this.dispatchEvent(new CustomEvent("giving:" + name, { bubbles: true, detail })));
    }
  }
  customElements.define("giving-button", Button);
  customElements.define("giving-form", class extends Button {});

  giving.on = (name, listener) => addEventListener("giving:" + name, listener);
  giving.scan = () => {
    for (const script of document.querySelectorAll("script[data-nonprofit]")) {
      if (script.giving) continue;
      script.giving = document.createElement("giving-button");
      Object.assign(script.giving.dataset, script.dataset);
      script.after(script.giving);
    }
  };
  giving.scan();
  const queue = giving.q || [];
  giving.q = { push: call => call(giving) };
  queue.forEach(giving.q.push);
  addEventListener("load", () => document.querySelector("giving-button,giving-form")?.take());
})();
