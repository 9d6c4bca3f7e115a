import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    globalSetup: ['test/support/postgres.ts'],
    // The suite shares its machine with real databases and servers: a limit is there to end what hangs.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    exclude: ['node_modules', 'web/dist', '.afferent'],
  },
});
