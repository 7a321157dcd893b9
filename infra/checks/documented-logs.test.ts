/** The table of log lines in docs/operations.md has every line that a service may log at `info` or above, and no other. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { isTest, readSourceFiles } from './source-files.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SERVICES = /^(services\/[^/]+|packages\/(bus|service-kit))\/src\//;
/** The message is the last argument, and the call ends with it. */
const LOGGED = /ogger\.(?:info|warn|error|fatal)\((?:[^;]*?,\s*)?'([^']+)',?\s*\)/g;

const documented = logTable(await readFile(path.join(ROOT, 'docs/operations.md'), 'utf8'));
const sources = (await readSourceFiles(ROOT))
  .filter((file) => SERVICES.test(file.path) && !isTest(file.path))
  .map(({ text }) => text);
const logged = sources.flatMap(messagesIn);

describe('log lines', () => {
  it('are found in the sources', () => {
    expect(messagesIn(`this.#logger.warn({ reason: String(error) }, 'not so');\nlogger.info('plain');`)).toEqual([
      'not so',
      'plain',
    ]);
    expect(logged.length).toBeGreaterThan(40);
  });

  it('are all documented', () => {
    expect(logged.filter((message) => !documented.has(message))).toEqual([]);
  });

  it('exist, if they are documented', () => {
    expect(documented.size).toBeGreaterThan(30);
    const isSaid = (message: string) => sources.some((text) => text.includes(`'${message}'`));
    expect([...documented].filter((message) => !isSaid(message))).toEqual([]);
  });
});

function messagesIn(text: string): string[] {
  return [...text.matchAll(LOGGED)].map(([, message = '']) => message);
}

/** The messages in the second column of the table below the heading "Logs", without the column's own heading. */
function logTable(markdown: string): Set<string> {
  const [, section = ''] = markdown.split('\n## Logs\n');
  const rows = [...(section.split('\n## ')[0] ?? '').matchAll(/^\| [^|]* \| ([^|]*) \|/gm)].slice(1);
  return new Set(rows.flatMap(([, cell = '']) => [...cell.matchAll(/`([^`]+)`/g)].map(([, message = '']) => message)));
}
