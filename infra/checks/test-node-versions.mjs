/** Runs the tests of the gateway's connections with the other releases of Node that its fast path supports. */
import { spawnSync } from 'node:child_process';
import { root } from './generated-section.mjs';

/** Beside the one that runs everything else; 24 is that of the container images. */
const NODE_VERSIONS = ['22.23.3', '24.21.0'];
const JEST = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];
const TESTS = 'services/gateway/src/connections';

for (const version of NODE_VERSIONS) {
  process.stdout.write(`\n== ${TESTS} with Node ${version}\n`);
  const args = ['--yes', '--package', `node@${version}`, 'node', ...JEST, TESTS, ...process.argv.slice(2)];
  const { status } = spawnSync('npx', args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) {
    process.stderr.write(`The tests failed with Node ${version}; see above.\n`);
    process.exit(status ?? 1);
  }
}
