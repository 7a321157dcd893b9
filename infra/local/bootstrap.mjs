/** Builds, starts or tests a fresh checkout with nothing but Node and npm. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { prepare } from './bootstrap/prepare.mjs';
import { CommandFailed, runCommand } from './bootstrap/run-command.mjs';

const HELP = `node infra/local/bootstrap.mjs start|test|test:full|build [options]

  build   installs, generates and builds what has changed since the last run
  start   the same, then runs the whole stack; see: npm start -- --help
  test    the same, then checks format, lint, types, imports, documented settings and metrics, the client's API and
          commit messages, and runs the quick tier of the tests, in some minutes; options go to Jest
  test:full
          the same with every test, and with as many repetitions as it takes to see rare failures
`;

const root = fileURLToPath(new URL('../..', import.meta.url));

try {
  await checkNode();
  const [command, ...args] = process.argv.slice(2);
  process.exitCode = await run(command, args);
} catch (error) {
  if (!(error instanceof CommandFailed)) throw error;
  if (!error.isSelfExplanatory) process.stderr.write(`\n${error.message}\n`);
  process.exitCode = error.exitCode;
}

/**
 * @param {string | undefined} command
 * @param {readonly string[]} args
 * @returns {Promise<number>} the exit code
 */
async function run(command, args) {
  switch (command) {
    case 'build':
      await prepareCheckout();
      return 0;
    case 'start': {
      await prepareCheckout();
      const { main } = await import(pathToFileURL(path.join(root, 'infra/local/dist/start/start.js')).href);
      // process.exit, since after a forced stop a handle may still be open.
      return process.exit(await main(args));
    }
    case 'test':
    case 'test:full':
      await prepareCheckout();
      await test(command === 'test' ? 'quick' : 'full', args);
      return 0;
    default:
      (command === '--help' ? process.stdout : process.stderr).write(HELP);
      return command === '--help' ? 0 : 2;
  }
}

/**
 * @param {'quick' | 'full'} tier which tests run, and how often they repeat themselves
 * @param {readonly string[]} jestArgs
 */
async function test(tier, jestArgs) {
  await step('Format and lint', path.join(root, 'node_modules/.bin/biome'), ['check', '.']);
  await step('Types', 'npm', ['run', '--silent', 'check:types']);
  await step('Imports run one way', process.execPath, ['infra/checks/import-direction.mjs']);
  await step('Documented settings', process.execPath, ['infra/checks/settings-doc.mjs']);
  await step('Documented metrics', process.execPath, ['infra/checks/metrics-doc.mjs']);
  await step('Reported API', process.execPath, ['infra/checks/api-report.mjs']);
  await step('Commit messages', process.execPath, ['infra/checks/commit-messages.mjs']);
  if (tier === 'full')
    await step('Fast path with other versions of Node', 'npm', ['run', '--silent', 'test:node-versions']);
  process.env['TEST_TIER'] = tier;
  // Last, without output after it, so that Jest's summary is the last thing on screen.
  await step('Tests', 'npm', ['run', '--silent', 'jest', '--', ...jestArgs]).catch((error) => {
    if (error instanceof CommandFailed) error.isSelfExplanatory = true;
    throw error;
  });
}

/**
 * @param {string} title
 * @param {string} command
 * @param {readonly string[]} args
 */
async function step(title, command, args) {
  say(`\n== ${title}`);
  await runCommand(command, args, { cwd: root });
}

async function prepareCheckout() {
  const local = path.resolve(process.env['NEARBY_LOCAL_DIR'] ?? path.join(root, '.local'));
  await prepare({ root, stamps: path.join(local, 'bootstrap'), say });
}

async function checkNode() {
  const { engines } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
  const wanted = engines.node.replace(/^>=/, '');
  if (isAtLeast(process.versions.node, wanted)) return;
  process.stderr.write(
    `Node ${wanted} or newer is required, and this is ${process.versions.node}. Install one from https://nodejs.org\n`,
  );
  process.exit(1);
}

/**
 * @param {string} version
 * @param {string} wanted
 */
function isAtLeast(version, wanted) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = wanted.split('.').map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

/** @param {string} line */
function say(line) {
  process.stdout.write(`${line}\n`);
}
