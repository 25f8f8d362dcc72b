// Chromium's own record of what the main thread did. `PerformanceObserver` knows only tasks above 50 ms; the trace
// knows all of them, style, layout and painting included.

const CATEGORIES = ["toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline", "__metadata"];

/// Milliseconds of the longest task of the page's main thread while `wait` goes on.
export async function longestTask(browser, page, wait) {
  await browser.startTracing(page, { categories: CATEGORIES });
  await wait();
  const { traceEvents } = JSON.parse(await browser.stopTracing());
  return longest(traceEvents);
}

/// The page's process is the one whose main thread drew animation frames.
export function longest(events) {
  const mains = new Set(events.filter((event) => event.name === "thread_name" && event.args?.name === "CrRendererMain").map(thread));
  const drew = new Map();
  for (const event of events)
    if (event.name === "FireAnimationFrame" && mains.has(thread(event))) drew.set(thread(event), (drew.get(thread(event)) ?? 0) + 1);
  const [main] = [...drew].sort((a, b) => b[1] - a[1])[0] ?? [];
  if (!main) throw new Error("the trace shows no animation frame");
  const tasks = events.filter((event) => TASKS.has(event.name) && event.ph === "X" && thread(event) === main);
  if (!tasks.length) throw new Error("the trace shows no task");
  return Math.max(...tasks.map((task) => task.dur)) / 1000;
}

const TASKS = new Set(["RunTask", "ThreadControllerImpl::RunTask"]);

const thread = (event) => `${event.pid}/${event.tid}`;
