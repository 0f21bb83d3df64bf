// The worker's own few lines: starts the module that the page has compiled, then hands everything to it.
import init, { run_worker } from "{{client.js}}";

const waiting = [];
self.onmessage = async ({ data: module }) => {
  // What the page says while the module starts must not be lost.
  self.onmessage = ({ data }) => waiting.push(data);
  try {
    await init({ module_or_path: module });
    run_worker(waiting);
  } catch (error) {
    // A text tells the page that nothing will come from here.
    self.postMessage(String(error));
  }
};
