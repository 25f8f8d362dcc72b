// Starts the page program.
import init from "./page.js";

await init();
