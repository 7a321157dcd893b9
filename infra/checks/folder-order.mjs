/** The order of folders within a package: a file imports from its own folder and from lower ones. */
import path from 'node:path';
import { findImports } from './find-imports.mjs';
import { isTest } from './source-files.mjs';

/** @typedef {import('./source-files.mjs').SourceFile} SourceFile */

/**
 * Each package's folders below `src`, lowest first. Files directly in `src` are the composition root, on top of all.
 * A folder inside a listed one belongs to it, unless it is listed itself.
 * @type {Readonly<Record<string, readonly string[]>>}
 */
const FOLDER_ORDER = {
  'packages/benchmark': ['floor', 'idiomatic', 'load', 'report', 'capacity', 'deploy', 'measure', 'benchmarks', 'cli'],
  'services/gateway': [
    'metrics',
    'viewer',
    'wire',
    'rights',
    'delivery',
    'friends',
    'sessions',
    'graph-events',
    'viewing',
    'inbound',
    'connections/fast-path',
    'connections',
  ],
  'packages/web': [
    'state',
    'settings',
    'geometry',
    'texts',
    'ui',
    'announce',
    'me',
    'nearby',
    'people',
    'oidc',
    'session',
    'map',
    'panel',
    'sign-in',
    'test-support',
  ],
  'packages/simulator': [
    'plain',
    'streets',
    'city',
    'dataset',
    'oracle',
    'client',
    'measure',
    'replay',
    'simulation',
    'cli',
  ],
  'packages/testing': ['plain', 'servers', 'stack', 'crowd', 'rights', 'observability', 'compose', 'browser', 'e2e'],
  'packages/bus': ['redis', 'rpc', 'fenced-stream'],
  'packages/service-kit': ['clock', 'config', 'logging', 'metrics', 'tracing', 'tokens', 'process', 'http'],
  'services/location': ['metrics', 'cache', 'activation', 'recording'],
  'services/ingest': ['metrics', 'formats', 'friends', 'reporting', 'api'],
  'services/alerts': ['metrics', 'push', 'pairs', 'sending', 'looking'],
  'infra/local': ['machine', 'binaries', 'processes', 'servers', 'stack', 'start'],
  'services/friend-graph': [
    'connection',
    'cli',
    'migrations',
    'metrics',
    'lanes',
    'database',
    'outbox',
    'graph',
    'rpc',
    'api',
    'friendship-import',
    'commands',
  ],
};

const TABLE = 'FOLDER_ORDER in infra/checks/folder-order.mjs';

/**
 * @param {SourceFile} file
 * @param {readonly string[] | undefined} order of the file's package; packages without one are not checked
 * @returns {string[]} one line per violation, beginning with `file:line`
 */
export function checkFolderOrder(file, order = FOLDER_ORDER[file.member]) {
  const source = `${file.member}/src/`;
  if (!order || !file.path.startsWith(source) || isTest(file.path)) return [];
  const from = roomOf(file.path.slice(source.length), order);
  if (from === undefined)
    return [`${file.path}:1: the folder has no place in the order of folders; add it to ${TABLE}`];
  return findImports(file.text).flatMap(({ specifier, line }) => {
    const target = path.posix.join(path.posix.dirname(file.path), specifier);
    if (!specifier.startsWith('.') || !target.startsWith(source)) return [];
    const to = roomOf(target.slice(source.length), order);
    if (to === undefined || rank(to, order) <= rank(from, order)) return [];
    const above = to === '' ? 'the files directly in src' : `${to}/`;
    const remedy = `move what both need into ${from}/ or lower, or change ${TABLE}`;
    return [`${file.path}:${line}: ${from}/ is below ${above} and must not import ${specifier}; ${remedy}`];
  });
}

/**
 * The listed folder that a file belongs to, the longest if several match; '' for a file directly in `src`.
 * @param {string} file below `src`
 * @param {readonly string[]} order
 */
function roomOf(file, order) {
  if (!file.includes('/')) return '';
  const matching = order.filter((folder) => file.startsWith(`${folder}/`));
  return matching.sort((a, b) => b.length - a.length)[0];
}

/**
 * @param {string} room
 * @param {readonly string[]} order
 */
function rank(room, order) {
  return room === '' ? order.length : order.indexOf(room);
}
