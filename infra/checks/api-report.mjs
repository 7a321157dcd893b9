/** Checks packages/client's published API against its committed report: `node infra/checks/api-report.mjs [--write]`. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';

const root = path.resolve(fileURLToPath(new URL('../..', import.meta.url)));
const folder = path.join(root, 'packages/client');
/** The entry points. `isWhole`: it also exports every type that its declarations name. */
const ENTRY_POINTS = [
  { name: 'client', file: 'index', isWhole: true },
  { name: 'react', file: 'react', isWhole: false },
];

const work = mkdtempSync(path.join(tmpdir(), 'api-report-'));
try {
  const reports = ENTRY_POINTS.map(readApi);
  const defects = reports.flatMap((report) => report.defects);
  const outdated = reports.filter(({ file, text }) => !existsSync(file) || readFileSync(file, 'utf8') !== text);
  if (defects.length > 0) fail(defects);
  else if (process.argv.includes('--write')) {
    mkdirSync(path.join(folder, 'api'), { recursive: true });
    for (const { file, text } of outdated) writeFileSync(file, text);
  } else if (outdated.length > 0) {
    fail([
      `The API of packages/client differs from ${outdated.map(({ file }) => path.relative(root, file)).join(', ')}.`,
      'If the change is intended, run: npm run -s build && node infra/checks/api-report.mjs --write',
    ]);
  } else process.stdout.write(`The API of packages/client matches its report, ${reports.length} entry points.\n`);
} finally {
  rmSync(work, { recursive: true });
}

/** @param {readonly string[]} lines */
function fail(lines) {
  process.stdout.write(`${lines.join('\n')}\n`);
  process.exitCode = 1;
}

/**
 * Reads the emitted declarations; API Extractor brings its own TypeScript for that.
 * @param {(typeof ENTRY_POINTS)[number]} entryPoint
 */
function readApi({ name, file, isWhole }) {
  const report = { enabled: true, reportFileName: `${name}.api.md`, reportFolder: work, reportTempFolder: work };
  const compilerOptions = { module: 'nodenext', target: 'es2023', lib: ['es2023', 'dom'], types: [] };
  const config = ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: path.join(folder, 'package.json'),
    configObject: {
      projectFolder: folder,
      mainEntryPointFilePath: path.join(folder, `dist/${file}.d.ts`),
      apiReport: report,
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      // Only the entry point: a rename leaves the old name's output in dist/, which no longer compiles.
      compiler: { overrideTsconfig: { compilerOptions, files: [`dist/${file}.d.ts`] } },
      messages: {
        compilerMessageReporting: { default: { logLevel: 'error' } },
        extractorMessageReporting: {
          default: { logLevel: 'error' },
          // Everything is public, so there are no release tags.
          'ae-missing-release-tag': { logLevel: 'none' },
          'ae-forgotten-export': { logLevel: isWhole ? 'error' : 'none' },
          'ae-undocumented': { logLevel: 'warning' },
        },
        tsdocMessageReporting: { default: { logLevel: 'error' } },
      },
    },
  });
  /** @type {string[]} */
  const defects = [];
  Extractor.invoke(config, {
    localBuild: true,
    messageCallback(message) {
      message.handled = true;
      // Fields may go without a comment. Exports, which begin in the first column, must have one.
      const isUndocumented = message.messageId === 'ae-undocumented' && message.sourceFileColumn === 1;
      if (message.logLevel === 'error' || isUndocumented) defects.push(message.formatMessageWithLocation(root));
    },
  });
  const text = readFileSync(path.join(work, `${name}.api.md`), 'utf8').replaceAll('\r\n', '\n');
  return { file: path.join(folder, `api/${name}.api.md`), text, defects };
}
