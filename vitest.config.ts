import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'packages/*/openapi/**/*.test.ts',
      'packages/*/suite/**/*.test.ts',
      'scripts/**/*.test.ts',
      'e2e/**/*.test.ts',
    ],
    pool: 'forks',
    // Two cores is what CI has.
    maxWorkers: 2,
    // No measure of time: only what hangs takes as long, however busy the machine is.
    testTimeout: 180_000,
    hookTimeout: 120_000,
  },
});
