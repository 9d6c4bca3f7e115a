import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    globalSetup: ['test/support/postgres.ts'],
    exclude: ['node_modules', 'web/dist', '.afferent'],
  },
});
