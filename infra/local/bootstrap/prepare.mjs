/** Prepares a checkout to run: installs packages, generates code and builds everything. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { runCommand } from './run-command.mjs';
import { fingerprintContents, fingerprintTimes, listFiles, runUnlessUnchanged } from './stamps.mjs';

/** The version that wrote the lockfile; npx downloads it, since a bare machine has only npm. */
const PNPM = 'pnpm@12.21.0';

/** Where the workspace's packages are, as in pnpm-workspace.yaml. */
const PACKAGE_PARENTS = ['packages', 'services', 'infra'];

/** @typedef {{ root: string, stamps: string, say: (line: string) => void }} Checkout */

/**
 * Runs only the steps that are out of date. Rejects when a step fails; the step has printed the reason.
 *
 * @param {Checkout} checkout
 */
export async function prepare(checkout) {
  await install(checkout);
  await generateDatabaseClient(checkout);
  await build(checkout);
  await buildPage(checkout);
}

/** @param {Checkout} checkout */
async function install({ root, stamps, say }) {
  const manifests = (await packageFolders(root)).map((folder) => path.join(folder, 'package.json'));
  const settings = ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml'].map((name) => path.join(root, name));
  const patches = await listFiles(path.join(root, 'patches'), (file) => file.endsWith('.patch'));
  await runUnlessUnchanged({
    folder: stamps,
    name: 'install',
    // Some packages are different for another platform.
    fingerprint: await fingerprintContents(
      [...manifests, ...settings, ...patches],
      [process.platform, process.arch, PNPM],
    ),
    products: [path.join(root, 'node_modules/.modules.yaml')],
    work: async () => {
      say('Installing packages …');
      // Without the last one pnpm would prompt before it replaces what another version of it has installed.
      const quietly = ['--reporter=append-only', '--loglevel=warn', '--config.confirmModulesPurge=false'];
      await runCommand('npx', ['--yes', PNPM, 'install', '--frozen-lockfile', ...quietly], { cwd: root });
    },
  });
}

/** @param {Checkout} checkout */
async function generateDatabaseClient({ root, stamps, say }) {
  const service = path.join(root, 'services/friend-graph');
  const schema = path.join(service, 'prisma/schema.prisma');
  if (!existsSync(schema)) return;
  const inputs = [schema, path.join(service, 'prisma.config.ts'), path.join(service, 'package.json')];
  const output = /^\s*output\s*=\s*"(.+)"/m.exec(await readFile(schema, 'utf8'))?.[1];
  await runUnlessUnchanged({
    folder: stamps,
    name: 'prisma',
    fingerprint: await fingerprintContents(inputs),
    products: output === undefined ? [] : [path.resolve(path.dirname(schema), output)],
    work: async () => {
      say('Generating the database client …');
      // Generating needs no schema engine, but Prisma would download one, which fails where its host cannot be reached.
      const env = { PRISMA_SCHEMA_ENGINE_BINARY: trueProgram(), CHECKPOINT_DISABLE: '1', ...process.env };
      await runCommand(path.join(service, 'node_modules/.bin/prisma'), ['generate'], { cwd: service, env });
    },
  });
}

/** @param {Checkout} checkout */
async function build({ root, stamps, say }) {
  const folders = await packageFolders(root);
  const projects = folders.filter((folder) => existsSync(path.join(folder, 'tsconfig.json')));
  const sources = await Promise.all(
    folders.map((folder) => listFiles(path.join(folder, 'src'), (file) => file.endsWith('.ts'))),
  );
  const settings = ['tsconfig.json', 'tsconfig.base.json'].map((name) => path.join(root, name));
  const inputs = [...sources.flat(), ...projects.map((folder) => path.join(folder, 'tsconfig.json')), ...settings];
  await runUnlessUnchanged({
    folder: stamps,
    name: 'build',
    fingerprint: await fingerprintTimes(inputs),
    products: await buildProducts(root, projects),
    work: async () => {
      say('Building …');
      await runCommand(path.join(root, 'node_modules/.bin/tsc'), ['--build'], { cwd: root });
    },
  });
}

/**
 * The page is built from the sources of the packages that it imports, not from their compiled output.
 *
 * @param {Checkout} checkout
 */
async function buildPage({ root, stamps, say }) {
  const page = path.join(root, 'packages/web');
  if (!existsSync(page)) return;
  const folders = ['src', 'build', 'public'].map((name) => path.join(page, name));
  const imported = ['client', 'geo'].map((name) => path.join(root, 'packages', name, 'src'));
  const sources = await Promise.all([...folders, ...imported].map((folder) => listFiles(folder, isPartOfPage)));
  const settings = ['index.html', 'vite.config.ts', 'package.json'].map((name) => path.join(page, name));
  const lockfile = path.join(root, 'pnpm-lock.yaml');
  await runUnlessUnchanged({
    folder: stamps,
    name: 'page',
    fingerprint: await fingerprintTimes([...sources.flat(), ...settings, lockfile]),
    products: [path.join(page, 'dist/index.html')],
    work: async () => {
      say('Building the page …');
      const vite = path.join(page, 'node_modules/.bin/vite');
      await runCommand(vite, ['build', '--logLevel', 'warn'], { cwd: page });
    },
  });
}

/** @param {string} file */
const isPartOfPage = (file) => !/\.(test|testing)\.tsx?$/.test(file);

/**
 * The build info of each project that the root builds.
 *
 * @param {string} root
 * @param {readonly string[]} projects
 */
async function buildProducts(root, projects) {
  const references = await readFile(path.join(root, 'tsconfig.json'), 'utf8');
  return projects
    .filter((folder) => references.includes(`"${path.relative(root, folder)}"`))
    .map((folder) => path.join(folder, 'dist/.tsbuildinfo'));
}

/** @param {string} root */
async function packageFolders(root) {
  const folders = await Promise.all(
    PACKAGE_PARENTS.map(async (parent) => {
      const names = existsSync(path.join(root, parent)) ? await readdir(path.join(root, parent)) : [];
      return names.map((name) => path.join(root, parent, name));
    }),
  );
  return folders.flat().filter((folder) => existsSync(path.join(folder, 'package.json')));
}

function trueProgram() {
  return ['/bin/true', '/usr/bin/true'].find((file) => existsSync(file)) ?? 'true';
}
