import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

/** Tests that need a browser or a whole program; everything else is a unit test. */
const WHOLE_PROGRAM = ["tests/{e2e,electron,packaging}/**/*.test.ts"];

export default defineConfig({
  // State classes live in .svelte.ts files, which need the compiler.
  plugins: [svelte({ configFile: false })],
  test: {
    // Programs that tests start keep no indexes in the cache of whoever runs them.
    env: { PYHEAP_CACHE_DIR: "" },
    // Tests wait for programs that they start: on two cores one file at a time would leave the other core idle.
    maxWorkers: "100%",
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["tests/**/*.test.ts"],
          exclude: WHOLE_PROGRAM,
          // For what hangs; how long a test may take on a busy machine is nobody's business.
          testTimeout: 240_000,
          hookTimeout: 240_000,
        },
      },
      {
        extends: true,
        test: {
          name: "e2e",
          include: WHOLE_PROGRAM,
          // One program at a time: these tests look at clocks, ports and windows.
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 240_000,
          expect: { poll: { timeout: 20_000 } },
          globalSetup: ["tests/setup/e2e.ts"],
        },
      },
    ],
  },
});
