// Chromium's own record of what the main thread did. `PerformanceObserver` knows only tasks above 50 ms; the trace
// knows all of them, style, layout and painting included.

const CATEGORIES = ["toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline", "__metadata"];

/// Milliseconds of the longest task of the page's main thread while `wait` goes on, and of the longest call into a
/// script. The rest of a task is style, layout, and the commit of what was drawn; without a GPU, charts are painted there.
export async function longestTasks(browser, page, wait) {
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
  const own = events.filter((event) => event.ph === "X" && thread(event) === main);
  const most = (names) => Math.max(0, ...own.filter((event) => names.has(event.name)).map((event) => event.dur)) / 1000;
  const [task, script] = [most(TASKS), most(SCRIPTS)];
  if (!task) throw new Error("the trace shows no task");
  return { task, script };
}

const TASKS = new Set(["RunTask", "ThreadControllerImpl::RunTask"]);
const SCRIPTS = new Set(["FunctionCall", "EvaluateScript"]);

const thread = (event) => `${event.pid}/${event.tid}`;
