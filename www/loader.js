// Starts the page program, or says why it cannot be started.

const assets = JSON.parse(document.getElementById("assets").textContent);
const url = (name) => new URL(assets[name] ?? name, document.baseURI).href;

async function load() {
  // Both at once: the script is small, and the program is waited for.
  const program = fetch(url("page_bg.wasm"));
  const { default: init, start } = await import(url("page.js"));
  await init({ module_or_path: program });
  await start();
}

function fail(error) {
  console.error(error);
  const place = document.getElementById("fallback");
  const chinese = (navigator.language ?? "").startsWith("zh");
  place.textContent = typeof WebAssembly === "undefined"
    ? (chinese ? "此浏览器不支持 WebAssembly，无法运行 Flowlab。" : "Flowlab needs WebAssembly, which this browser does not have.")
    : (chinese ? "Flowlab 无法运行：" : "Flowlab could not run: ") + (error?.message ?? error);
  place.hidden = false;
}

// A program that has panicked stands still for good.
addEventListener("error", ({ error }) => {
  if (typeof WebAssembly !== "undefined" && error instanceof WebAssembly.RuntimeError) fail(error);
});

const started = load();
started.catch(fail);

// Whoever calls before the program has put its verbs here, or sends a message, waits for them.
window.flowlab = new Proxy({}, {
  get: (_, verb) => typeof verb !== "string" || verb === "then" ? undefined : async (args) => {
    await started;
    return window.flowlab[verb](args);
  },
});
const early = [];
const keep = ({ data, origin, source }) => {
  if (String(data?.type).startsWith("flowlab:")) early.push({ data, origin, source });
};
addEventListener("message", keep);
started.then(() => {
  removeEventListener("message", keep);
  for (const message of early) dispatchEvent(new MessageEvent("message", message));
}, () => {});
