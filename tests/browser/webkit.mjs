// A client of WebKitWebDriver: as much of https://www.w3.org/TR/webdriver2/ as the tests need.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { required } from "./harness.mjs";

/// Starts a display, a driver and a browser, hands over the means to visit a page, and ends all three.
export async function withWebKit(use) {
  const display = await startDisplay();
  const port = await freePort();
  const env = { ...process.env, DISPLAY: display.name, LIBGL_ALWAYS_SOFTWARE: "1" };
  const driver = spawn(required("FLOWLAB_WEBKIT_DRIVER"), [`--port=${port}`], { env, stdio: "ignore" });
  try {
    await inSession(`http://127.0.0.1:${port}`, use);
  } finally {
    driver.kill();
    display.process.kill();
  }
}

/// An X server without a screen, at a number that it chooses itself and writes to its fourth descriptor.
async function startDisplay() {
  const server = spawn("Xvfb", ["-displayfd", "3", "-screen", "0", "1280x900x24", "-nolisten", "tcp"], { stdio: ["ignore", "ignore", "ignore", "pipe"] });
  const [number] = await once(server.stdio[3], "data");
  return { process: server, name: `:${String(number).trim()}` };
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}

async function inSession(driver, use) {
  await up(driver);
  const { sessionId } = await call("POST", `${driver}/session`, { capabilities: {} });
  const session = `${driver}/session/${sessionId}`;
  try {
    await call("POST", `${session}/timeouts`, { script: 120_000, pageLoad: 60_000 });
    await use({
      goto: (url) => call("POST", `${session}/url`, { url }),
      run: (script, argument) => run(session, script, argument),
    });
  } finally {
    await call("DELETE", session);
  }
}

/// Waits until the driver listens.
async function up(driver) {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (await fetch(`${driver}/status`).catch(() => null)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("WebKitWebDriver does not answer");
}

async function run(session, script, argument = null) {
  const body = `const done = arguments[1];
    Promise.resolve().then(() => (${script})(arguments[0])).then((value) => done({ value }), (error) => done({ error: String(error) }));`;
  const { value, error } = await call("POST", `${session}/execute/async`, { script: body, args: [argument] });
  if (error) throw new Error(error);
  return value;
}

async function call(method, url, body) {
  const response = await fetch(url, { method, body: body && JSON.stringify(body) });
  const { value } = await response.json();
  if (!response.ok) throw new Error(`${value.error}: ${value.message}`);
  return value;
}
