import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    globalSetup: ['test/support/postgres.ts'],
    include: ['{src,schema,migrations,activities,workflows,test,bench,demo}/**/*.test.ts', 'web/src/**/*.test.{ts,tsx}'],
    // Each file in a process of its own: better-sqlite3, ONNX Runtime and Temporal's core are native.
    pool: 'forks',
    // Many tests start servers and browsers; more files at once would only wait for one another.
    maxWorkers: Math.max(2, Math.min(4, Math.floor(availableParallelism() / 2))),
    testTimeout: 60_000,
    hookTimeout: 180_000,
    teardownTimeout: 30_000,
  },
});
