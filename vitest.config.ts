import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/setup/temporary-folder.ts"],
    testTimeout: 30_000,
    coverage: {
      include: ["scripts/**/*.ts"],
      thresholds: { "scripts/domain/**": { 100: true } },
    },
  },
});
