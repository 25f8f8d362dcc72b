// Evaluated in a page or a worker at any time: counts what is asked of WebGPU from then on.
(() => {
  if (!globalThis.GPUComputePassEncoder) return;
  const counts = { dispatches: 0, submits: 0 };
  const count = (prototype, method, name) => {
    const original = prototype[method];
    prototype[method] = function (...args) {
      counts[name] += 1;
      return original.apply(this, args);
    };
  };
  count(GPUComputePassEncoder.prototype, "dispatchWorkgroups", "dispatches");
  count(GPUComputePassEncoder.prototype, "dispatchWorkgroupsIndirect", "dispatches");
  count(GPUQueue.prototype, "submit", "submits");
  globalThis.benchGpu = counts;
})();
