// Serves the baselines' page and the npm packages on the loopback address: no library comes from another host.

import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL(".", import.meta.url));
const SERVED = ["web/", "node_modules/@tensorflow/"];
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm" };

/// Starts on a free port; `asked` lists the paths that were served.
export async function serve() {
  const asked = [];
  const server = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(request.url.split("?")[0])).slice(1);
    const file = path.endsWith("/") ? `${path}index.html` : path;
    const body = SERVED.some((folder) => file.startsWith(folder)) && (await readFile(join(ROOT, file)).catch(() => null));
    asked.push(file);
    response.writeHead(body ? 200 : 404, { "Content-Type": TYPES[extname(file)] ?? "application/octet-stream" });
    response.end(body || "no such file");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${server.address().port}/`;
  return { url, asked, close: () => server.close() };
}
