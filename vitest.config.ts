import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/setup/temporary-folder.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Many tests wait for processes of their own: a worker for each core, not one less.
    maxWorkers: "100%",
    coverage: {
      include: ["scripts/**/*.ts"],
      thresholds: { "scripts/domain/**": { 100: true } },
    },
  },
});
