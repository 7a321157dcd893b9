// One Jest project for the whole workspace; the suffix of a test says what it needs (see CONTRIBUTING.md).
export default {
  rootDir: import.meta.dirname,
  roots: ['<rootDir>/packages', '<rootDir>/services', '<rootDir>/infra'],
  testMatch: ['**/src/**/*.test.ts', '**/infra/checks/*.test.ts', '**/packages/web/build/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '/\\.local/', '\\.compose\\.test\\.ts$'],
  modulePathIgnorePatterns: ['/dist/', '/\\.local/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'es6' }, sourceMaps: 'inline' },
    ],
  },
  // Tests run on the sources, so that no stale build is ever tested.
  testEnvironmentOptions: { customExportConditions: ['nearby-source', 'node', 'node-addons'] },
  testTimeout: 30_000,
  maxWorkers: 2,
};
