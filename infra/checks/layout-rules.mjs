/** The rules of the code's layout, checked for one file. CONTRIBUTING.md states them in prose. */
import path from 'node:path';
import { findImports, lineOf } from './find-imports.mjs';
import { isTest } from './source-files.mjs';

/** @typedef {import('./source-files.mjs').SourceFile} SourceFile */

/** What each package of the product may import of the workspace. A new package is added here first. */
const MAY_IMPORT = {
  protocol: [],
  geo: [],
  'service-kit': ['protocol'],
  bus: ['protocol', 'geo', 'service-kit'],
  visibility: ['protocol', 'geo', 'bus', 'service-kit'],
  gateway: ['protocol', 'geo', 'bus', 'service-kit'],
  location: ['protocol', 'geo', 'bus', 'service-kit'],
  'friend-graph': ['protocol', 'geo', 'bus', 'service-kit'],
  ingest: ['protocol', 'geo', 'bus', 'service-kit', 'visibility'],
  alerts: ['protocol', 'geo', 'bus', 'service-kit', 'visibility'],
  // Installed by others, without the rest of the workspace.
  client: [],
};
const SERVICES = ['gateway', 'location', 'friend-graph', 'ingest', 'alerts'];
/** Tools for development, measurement and tests; they may import anything but a service, and only tests may import them. */
const DEV_TOOLS = ['testing', 'simulator', 'benchmark', 'web', 'local-stack'];
/** Members whose folder is not named like their package. */
const NAME_OF_MEMBER = { 'infra/local': 'local-stack' };

/** External imports of the packages without I/O, and of the client, whose users load everything that it imports. */
const MAY_IMPORT_FROM_OUTSIDE = { protocol: ['zod'], geo: [], client: ['socket.io-client', 'react'] };

/** A module that creates a client owns its errors and its close, hence only these may. */
const CLIENTS = [
  { creates: /\bnew (?:Redis|Cluster)\(/g, from: /^ioredis$/, by: ['packages/bus/src/redis/redis-connection.ts'] },
  {
    creates: /\bopenRedis\(/g,
    from: /bus$/,
    by: ['packages/bus/src/bus.ts', 'packages/bus/src/redis/redis-connection.ts'],
  },
  { creates: /\bnew PrismaClient\(/g, from: /./, by: ['services/friend-graph/src/database/database.ts'] },
  {
    creates: /\bnew (?:Pool|Client)\(/g,
    from: /^pg$/,
    by: [
      'services/friend-graph/src/connection/own-session.ts',
      'services/friend-graph/src/database/database.ts',
      'services/friend-graph/src/cli/connect-when-up.ts',
    ],
  },
  { creates: /\bnew Server\(/g, from: /^socket\.io$/, by: ['services/gateway/src/connections/socket-io-server.ts'] },
];

const BAD_NAMES = /^(utils?|helpers?|types|common)$/;
const LINES_WANTED = 250;
const LINES_ALLOWED = 300;
const SCOPE = '@nearby-friends/';

/**
 * @param {SourceFile} file
 * @returns {{ warnings: string[], violations: string[] }}
 */
export function checkLength({ path: file, text }) {
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  const say = (/** @type {number} */ limit) => [`${file}:${lines}: ${lines} lines are more than ${limit}`];
  if (lines > LINES_ALLOWED) return { warnings: [], violations: say(LINES_ALLOWED) };
  return { warnings: lines > LINES_WANTED ? say(LINES_WANTED) : [], violations: [] };
}

/**
 * @param {SourceFile} file
 * @returns {string[]} one line per violation, beginning with `file:line`
 */
export function checkFile(file) {
  const imports = findImports(file.text);
  return [
    ...checkName(file),
    ...checkOpening(file),
    ...imports.flatMap(({ specifier, line }) => {
      const problem = specifier.startsWith('.')
        ? problemOfRelative(file, specifier)
        : (problemOfMember(file, specifier) ?? problemOfOutside(file, specifier));
      return problem ? [`${file.path}:${line}: ${problem}`] : [];
    }),
    ...checkClients(
      file,
      imports.map(({ specifier }) => specifier),
    ),
  ];
}

/** @param {SourceFile} file */
function checkName({ path: file }) {
  const [name = ''] = path.posix.basename(file).split('.');
  return BAD_NAMES.test(name) ? [`${file}:1: name the file after its main export, not "${name}"`] : [];
}

/** @param {SourceFile} file */
function checkOpening({ path: file, text }) {
  const opening = text.replace(/^#!.*\n/, '').trimStart();
  return opening.startsWith('/**') || isTest(file) ? [] : [`${file}:1: a file opens with a doc comment on its purpose`];
}

/**
 * @param {SourceFile} file
 * @param {string} specifier
 */
function problemOfRelative(file, specifier) {
  const target = path.posix.join(path.posix.dirname(file.path), specifier);
  return target.startsWith(`${file.member}/`) ? null : `relative imports stay in ${file.member}: ${specifier}`;
}

/** @param {SourceFile} file */
const nameOf = ({ member }) => NAME_OF_MEMBER[member] ?? member.split('/')[1] ?? member;

/**
 * @param {SourceFile} file
 * @param {string} specifier
 */
function problemOfMember(file, specifier) {
  if (!specifier.startsWith(SCOPE)) return null;
  const from = nameOf(file);
  const [to = ''] = specifier.slice(SCOPE.length).split('/');
  if (to === from) return `a package imports its own files by path: ${specifier}`;
  if (!(to in MAY_IMPORT) && !DEV_TOOLS.includes(to))
    return `${to} is not listed: add it to MAY_IMPORT in infra/checks/layout-rules.mjs`;
  if (SERVICES.includes(to)) return `services must not be imported: ${specifier}`;
  if (DEV_TOOLS.includes(to)) {
    const isAllowed = isTest(file.path) || !(from in MAY_IMPORT);
    return isAllowed ? null : `only tests and developers' tools import ${to}`;
  }
  const allowed = MAY_IMPORT[from];
  // Tests may import any package but not a service.
  return !allowed || isTest(file.path) || allowed.includes(to)
    ? null
    : `imports run one way, ${from} may import ${allowed.join(', ') || 'nothing'}: ${specifier}`;
}

/**
 * @param {SourceFile} file
 * @param {string} specifier
 */
function problemOfOutside(file, specifier) {
  const allowed = MAY_IMPORT_FROM_OUTSIDE[nameOf(file)];
  if (!allowed || isTest(file.path) || specifier.startsWith(SCOPE) || allowed.includes(specifier)) return null;
  return `${nameOf(file)} imports ${allowed.join(', ') || 'nothing'} from outside, and nothing else: ${specifier}`;
}

/**
 * @param {SourceFile} file
 * @param {string[]} specifiers
 */
function checkClients(file, specifiers) {
  if (isTest(file.path) || !(nameOf(file) in MAY_IMPORT) || path.posix.basename(file.path) === 'compose.ts') return [];
  return CLIENTS.filter(({ from, by }) => !by.includes(file.path) && specifiers.some((one) => from.test(one))).flatMap(
    ({ creates }) =>
      [...file.text.matchAll(creates)].map(
        (match) => `${file.path}:${lineOf(file.text, match.index)}: only compose.ts creates clients: ${match[0]}…)`,
      ),
  );
}
