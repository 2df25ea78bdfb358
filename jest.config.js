// Tests run as compiled by scripts/build.mjs: what is tested is what is shipped, worker threads and child processes too.
export default {
  roots: ['<rootDir>/dist/test'],
  testMatch: ['**/*.test.js'],
  transform: {},
  testEnvironment: 'node',
  globalSetup: '<rootDir>/dist/test/support/globalSetup.js',
  globalTeardown: '<rootDir>/dist/test/support/globalTeardown.js',
  testTimeout: 60_000,
  reporters: ['default', ['<rootDir>/dist/test/support/endSilence.js', { minutes: 15 }]],
  // One more than the cores the tests are meant for: many suites wait for time to pass.
  maxWorkers: 3,
};
