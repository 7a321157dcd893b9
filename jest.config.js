import { availableParallelism } from 'node:os';

// The tests of the whole workspace, sorted by what they need, which the suffix of a file says (see CONTRIBUTING.md).
const PROPERTIES = {
  rootDir: import.meta.dirname,
  roots: ['<rootDir>/packages', '<rootDir>/services', '<rootDir>/infra'],
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
  setupFiles: ['<rootDir>/packages/testing/jest/set-seed.mjs'],
  testTimeout: 30_000,
};
const NEVER = ['/node_modules/', '/dist/', '/\\.local/', '\\.compose\\.test\\.ts$'];
const SERVERS = '\\.(redis|pg|nginx|prometheus)\\.test\\.ts$';
const STACK = '\\.(e2e|browser)\\.test\\.ts$';

/** These need a running system, disturb nothing, and share one; each file's ids begin with its own name. */
const SHARED = [
  'packages/client/src/api/api\\.e2e',
  'packages/client/src/(example|fast-reports|live-list)\\.e2e',
  'packages/testing/src/e2e/(handshake|nearby|withheld)\\.e2e',
].map((path) => `${path}\\.test\\.ts$`);

/** These hold bounds on time, or load the machine so much that others would miss theirs: one after the other. */
const ALONE = [
  'infra/local/src/servers/nginx-(background-apps|failover|hung(-gateways)?)\\.nginx',
  'packages/benchmark/src/(bench|measure/memory-after-floods)\\.e2e',
  'packages/bus/src/fenced-stream/fenced-stream(-failures)?\\.redis',
  'packages/bus/src/redis/(channel-subscriptions|redis-connection)\\.redis',
  'packages/client/src/staying-connected\\.e2e',
  'packages/simulator/src/replay\\.e2e',
  'packages/testing/src/e2e/(accounts|drain|erasure|faults|restored|rights|rights-(faults|fenced))\\.e2e',
  'packages/testing/src/e2e/(paused-gateway|silence|simulate)\\.e2e',
  'packages/web/src/(frames|truthfulness)\\.browser',
  'services/friend-graph/src/api/existence-timing\\.redis\\.pg',
].map((path) => `${path}\\.test\\.ts$`);

/**
 * Left out of `npm test` and run by `npm run test:full`: long, and each of their rules is held by a quicker test, too.
 * A file that is named on the command line of `npm run jest` runs in any case.
 */
const FULL_ONLY = [
  'infra/local/src/processes/orphans',
  'infra/local/src/servers/(front-proxy|nginx-(failover|hung(-gateways)?))\\.nginx',
  'infra/local/src/servers/postgres\\.pg',
  'infra/local/src/stack/(residents-process|stack)\\.e2e',
  'infra/local/src/start/(start|stop)\\.e2e',
  'packages/client/src/fast-reports\\.e2e',
  'packages/web/src/(alerts|installable|invites|viewing|world-map)\\.browser',
  'packages/benchmark/src/(bench|measure/memory-after-floods)\\.e2e',
  'packages/bus/src/fenced-stream/fenced-stream(-failures)?\\.redis',
  'packages/bus/src/redis/redis-connection\\.redis',
  'packages/bus/src/redis/channel-subscriptions\\.redis',
  'packages/client/src/(published-package|staying-connected)\\.e2e',
  'packages/client/src/behind-proxy\\.e2e',
  'packages/client/src/(other-origin|react)\\.browser',
  'packages/simulator/src/city/(city|demo-people|friend-network|phone-habits)',
  'packages/simulator/src/(replay/)?replay(\\.e2e)?',
  'packages/simulator/src/simulation/simulation',
  'packages/simulator/src/streets/city-streets',
  'packages/testing/src/e2e/paused-gateway\\.e2e',
  'packages/testing/src/e2e/(accounts|bad-input|drain|erasure|faults|gateways-killed|operators-view|relay-kill)\\.e2e',
  'packages/testing/src/e2e/(residents|restored|rights-(faults|fenced)|silence|simulate|stopped-gateways|traces|two-deployments|withheld)\\.e2e',
  'packages/testing/src/observability/rules\\.prometheus',
  'packages/web/src/(accessibility|frames|lookalikes|recovery|screenshots(-of-states)?|sharing-device)\\.browser',
  'packages/web/src/(behind-proxy|provider|truthfulness|two-people)\\.browser',
  'packages/web/src/(account|crowded-map|friend-card|map-follows|states)\\.browser',
  'services/friend-graph/src/api/docs/documents\\.e2e',
  'services/friend-graph/src/api/(erasure|existence-timing|other-people)\\.redis\\.pg',
  'services/friend-graph/src/database/(grant-repository|pooler)\\.pg',
  'services/friend-graph/src/external-servers\\.redis\\.pg',
  'services/friend-graph/src/graph/graph-model\\.pg',
  'services/friend-graph/src/friendship-import/import-friendships-file\\.pg',
  'services/friend-graph/src/migrations/apply-migrations\\.pg',
  'services/friend-graph/src/outbox/(lost-mark|restored-database)\\.pg',
].map((path) => `${path}\\.test\\.ts$`);
const leftOut = process.env.TEST_TIER === 'quick' ? FULL_ONLY : [];

/** A project whose files match one of `patterns` and none of `others`. */
function project(displayName, patterns, others, more = {}) {
  return {
    ...PROPERTIES,
    displayName,
    testRegex: patterns,
    testPathIgnorePatterns: [...NEVER, ...leftOut, ...others],
    ...more,
  };
}

const TESTS = ['/src/.*\\.test\\.ts$', '/infra/checks/.*\\.test\\.ts$', '/packages/web/build/.*\\.test\\.ts$'];

export default {
  testTimeout: PROPERTIES.testTimeout,
  // In the quick tier more than there are cores, since many of its tests wait for servers. The full tier has browsers and
  // whole stacks, which fill the cores. A number, since Jest takes a share above 100 % for a number of workers.
  maxWorkers: process.env.TEST_TIER === 'quick' ? Math.ceil(1.5 * availableParallelism()) : availableParallelism(),
  projects: [
    project('unit', TESTS, [SERVERS, STACK]),
    project('servers', [SERVERS], ALONE),
    project('stack', [STACK], [...SHARED, ...ALONE]),
    project('shared', SHARED, [], {
      globalSetup: '<rootDir>/packages/testing/jest/start-shared-system.mjs',
      globalTeardown: '<rootDir>/packages/testing/jest/stop-shared-system.mjs',
    }),
    project('alone', ALONE, [], { runner: '<rootDir>/packages/testing/jest/serial-runner.mjs' }),
  ],
};

/** The tests that need a container engine. */
export const compose = {
  ...PROPERTIES,
  testRegex: ['\\.compose\\.test\\.ts$'],
  testPathIgnorePatterns: NEVER.filter((pattern) => !pattern.includes('compose')),
  maxWorkers: 1,
};
