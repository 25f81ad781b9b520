import { registerHooks } from "node:module";

/** Loaded before the app (`node --import`): from here on, `electron` is the harness's module. */
const SHIM = new URL("./electron.ts", import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "electron"
      ? { url: SHIM, shortCircuit: true, format: "module-typescript" }
      : next(specifier, context),
});

// Not from electron.ts: that module has exactly what Electron's has.
await import("./commands.ts");
