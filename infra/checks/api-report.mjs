/** Holds packages/client's published API to the committed report of it: `node infra/checks/api-report.mjs [--write]`. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';

const root = path.resolve(fileURLToPath(new URL('../..', import.meta.url)));
const folder = path.join(root, 'packages/client');
/** What can be imported, by the name of its report. */
const ENTRY_POINTS = { client: 'index', react: 'react' };

const work = mkdtempSync(path.join(tmpdir(), 'api-report-'));
try {
  const reports = Object.entries(ENTRY_POINTS).map(([name, entryPoint]) => ({
    file: path.join(folder, `api/${name}.api.md`),
    text: reportOf(name, entryPoint),
  }));
  const outdated = reports.filter(({ file, text }) => !existsSync(file) || readFileSync(file, 'utf8') !== text);
  if (process.argv.includes('--write')) for (const { file, text } of outdated) writeFileSync(file, text);
  else if (outdated.length > 0) {
    process.stdout.write(
      `The API of packages/client is not the one that was agreed on: ${outdated.map(({ file }) => path.relative(root, file)).join(', ')}\n` +
        'If the change is meant: npm run -s build && node infra/checks/api-report.mjs --write\n',
    );
    process.exitCode = 1;
  } else process.stdout.write(`The API of packages/client is as reported, ${reports.length} entry points.\n`);
} finally {
  rmSync(work, { recursive: true });
}

/**
 * Reads what the compiler has emitted; API Extractor brings a TypeScript of its own for that.
 * @param {string} name
 * @param {string} entryPoint
 */
function reportOf(name, entryPoint) {
  const config = ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: path.join(folder, 'package.json'),
    configObject: {
      projectFolder: folder,
      mainEntryPointFilePath: path.join(folder, `dist/${entryPoint}.d.ts`),
      apiReport: { enabled: true, reportFileName: `${name}.api.md`, reportFolder: work, reportTempFolder: work },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      compiler: {
        overrideTsconfig: {
          compilerOptions: { module: 'nodenext', target: 'es2023', lib: ['es2023', 'dom'], types: [] },
        },
      },
      messages: {
        compilerMessageReporting: { default: { logLevel: 'error' } },
        extractorMessageReporting: {
          default: { logLevel: 'error' },
          // Everything is public; nothing is marked as such.
          'ae-missing-release-tag': { logLevel: 'none' },
        },
        tsdocMessageReporting: { default: { logLevel: 'error' } },
      },
    },
  });
  const result = Extractor.invoke(config, {
    localBuild: true,
    messageCallback(message) {
      message.handled = true;
      if (message.logLevel === 'error') process.stderr.write(`${message.formatMessageWithLocation(root)}\n`);
    },
  });
  if (result.errorCount > 0) throw new Error(`${result.errorCount} defects in the API of ${name}, see above`);
  return readFileSync(path.join(work, `${name}.api.md`), 'utf8').replaceAll('\r\n', '\n');
}
