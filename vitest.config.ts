import { defineConfig } from "vitest/config";

const node = { environment: "node" as const };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...node,
          name: "unit",
          include: ["{shared,server,client,compose,e2e}/**/*.test.ts"],
          exclude: ["**/node_modules/**", "server/**/*.real.test.ts", "e2e/specs/**"],
        },
      },
      {
        test: {
          ...node,
          name: "integration",
          include: ["server/**/*.real.test.ts"],
          globalSetup: ["e2e/support/services.ts"],
          fileParallelism: false,
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          ...node,
          name: "system",
          include: ["e2e/specs/**/*.test.ts"],
          fileParallelism: false,
          testTimeout: 90_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
