// The element <flow-lab>: Flowlab inside another page, with its verbs as methods and its events as events.
//
//   <script type="module" src="…/embed.js"></script>
//   <flow-lab hash="v=1&target=moons" hide="panel,charts" lang="en"></flow-lab>
//
// `hash` is what a link has behind its `#`; the other attributes are host options; `src` is where Flowlab is, if not
// beside this file. The frame is loaded when it comes near the screen, or when the first method is called, and is as
// high as what it shows. It lies in the page itself, not in a shadow, so that reveal.js finds it and tells it of slides.

const HERE = new URL(".", import.meta.url);
const PREFIX = "flowlab:";
/// Attributes that become the frame's `?` query.
const OPTIONS = ["lang", "theme", "hide", "lock", "autoplay", "start", "motion", "backend", "width"];
const VERBS = [
  "ready", "get", "set", "play", "pause", "step", "reset", "seek", "train", "stop", "sample", "field", "likelihood",
  "couple", "metrics", "weights", "load", "data", "export",
];
/// How far from the screen the frame begins to load, and how high it is before it says so itself.
const NEAR = "300px";
const HEIGHT = "480px";

class FlowLab extends HTMLElement {
  static observedAttributes = ["hash"];
  #frame = null;
  #loaded = null;
  #waiting = new Map();
  #calls = 0;
  #sight = null;
  #hear = (event) => this.#heard(event);

  connectedCallback() {
    if (!this.style.display) this.style.display = "block";
    addEventListener("message", this.#hear);
    this.#sight = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) this.#open();
    }, { rootMargin: NEAR });
    this.#sight.observe(this);
  }

  disconnectedCallback() {
    removeEventListener("message", this.#hear);
    this.#sight.disconnect();
    this.#frame?.remove();
    [this.#frame, this.#loaded] = [null, null];
    for (const { reject } of this.#waiting.values()) reject(new Error("The <flow-lab> element has left the page."));
    this.#waiting.clear();
  }

  /// Another hash is another state of the same frame: nothing is loaded anew.
  attributeChangedCallback() {
    if (this.#frame) this.#frame.src = this.#address();
  }

  #address() {
    const url = new URL(this.getAttribute("src") ?? HERE, document.baseURI);
    url.searchParams.set("embed", "1");
    for (const name of OPTIONS) {
      if (this.hasAttribute(name)) url.searchParams.set(name, this.getAttribute(name));
    }
    url.hash = (this.getAttribute("hash") ?? "").replace(/^#/, "");
    return url.href;
  }

  /// The frame, once it listens.
  #open() {
    this.#loaded ??= new Promise((resolve) => {
      this.#sight.disconnect();
      const frame = this.#frame = document.createElement("iframe");
      frame.title = this.title || "Flowlab";
      frame.allow = "fullscreen; clipboard-write";
      frame.style.cssText = `display:block;width:100%;border:0;height:${HEIGHT}`;
      frame.addEventListener("load", () => resolve(frame), { once: true });
      frame.src = this.#address();
      this.append(frame);
    });
    return this.#loaded;
  }

  async #call(verb, args = {}) {
    if (!this.isConnected) throw new Error("The <flow-lab> element is on no page.");
    const frame = await this.#open();
    return new Promise((resolve, reject) => {
      const id = this.#calls += 1;
      this.#waiting.set(id, { resolve, reject });
      frame.contentWindow.postMessage({ ...args, type: PREFIX + verb, id }, "*");
    });
  }

  #heard({ source, data }) {
    if (!this.#frame || source !== this.#frame.contentWindow || !String(data?.type).startsWith(PREFIX)) return;
    const { type, ...detail } = data;
    if (type === `${PREFIX}reply`) return this.#replied(detail);
    if (type === `${PREFIX}resize` && detail.height > 0) this.#frame.style.height = `${detail.height}px`;
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true }));
  }

  #replied({ id, ok, value, error, code }) {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (ok) waiting?.resolve(value);
    else waiting?.reject(Object.assign(new Error(error), { code }));
  }

  static {
    for (const verb of VERBS) {
      this.prototype[verb] = function (args) { return this.#call(verb, args); };
    }
  }
}

if (!customElements.get("flow-lab")) customElements.define("flow-lab", FlowLab);
