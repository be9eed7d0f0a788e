// The doors of the glue, and a shorter way in than wasm-bindgen writes: by the one response
// that the loader has, whatever type it was served as.
import { forget, initSync, open } from "./widget.js";

export { forget, open };

export default async ({ module_or_path: response }) => {
  const spare = response.clone();
  const compiled = WebAssembly.compileStreaming(response);
  initSync({ module: await compiled.catch(async () => WebAssembly.compile(await spare.arrayBuffer())) });
};
