// The worker's own script: fetches the engine program and starts it.
//
// Query: flavour=cpu|gpu, backend=auto|webgpu|cpu, stepper=auto|burn, js= and wasm= the program's addresses (as they
// are named in a package). Until the program listens, messages are kept in `inbox`. The page hears
// { progress } (0..1, or null where the length is unknown), { failed } (what the browser says) and, from the
// program, ArrayBuffers.
const query = new URL(import.meta.url).searchParams;
const name = `engine_${query.get("flavour") ?? "cpu"}`;
const address = (key, fallback) => new URL(query.get(key) ?? fallback, import.meta.url);

self.inbox = [];
self.onmessage = (event) => self.inbox.push(event.data);

/** The response, its arrival reported in steps of at least a twentieth. */
function reported(response) {
  const length = response.headers.get("content-encoding") ? 0 : +response.headers.get("content-length");
  let [arrived, said] = [0, -1];
  const report = new TransformStream({
    transform(chunk, controller) {
      arrived += chunk.length;
      const progress = length ? Math.min(arrived / length, 1) : null;
      if (progress === null ? said < 0 : progress >= said + 0.05) {
        postMessage({ progress });
        said = progress ?? 0;
      }
      controller.enqueue(chunk);
    },
  });
  return new Response(response.body.pipeThrough(report), { headers: { "content-type": "application/wasm" } });
}

async function load() {
  const [program, response] = await Promise.all([
    import(address("js", `${name}.js`)),
    fetch(address("wasm", `${name}_bg.wasm`)),
  ]);
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  await program.default({ module_or_path: reported(response) });
}

load().catch((error) => postMessage({ failed: String(error.message ?? error) }));
