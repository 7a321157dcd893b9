// The tests that need a container engine: `npm run test:compose`, one file after the other.
import base from './jest.config.js';

export default {
  ...base,
  testMatch: ['**/src/**/*.compose.test.ts'],
  testPathIgnorePatterns: base.testPathIgnorePatterns.filter((pattern) => !pattern.includes('compose')),
  maxWorkers: 1,
};
