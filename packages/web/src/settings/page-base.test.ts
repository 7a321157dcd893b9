/** Checks that nothing of the page has an address that begins at the host: a proxy may add a path. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from '@jest/globals';

const ROOT = path.join(import.meta.dirname, '../..');
/** Attributes, calls and stylesheets with a path from the host on, and the address of the host itself. */
const ABSOLUTE =
  /(?:src|href)=["'{`]+\/(?!src\/main)|(?:fetch|URL|Worker|register)\(["'`]\/|url\(["']?\/|location\.(?:origin|host)\b/;

it('the page refers to everything relatively', async () => {
  const names = (await readdir(path.join(ROOT, 'src'), { recursive: true })).map((name) => `src/${name}`);
  const files = ['index.html', ...names].filter((name) => /\.(html|css|tsx?)$/.test(name) && !/\.test\.ts$/.test(name));
  expect(files.length).toBeGreaterThan(50);
  const found: string[] = [];
  for (const name of files) {
    const text = await readFile(path.join(ROOT, name), 'utf8');
    const match = ABSOLUTE.exec(text);
    if (match) found.push(`${name}: ${match[0]}`);
  }
  expect(found).toEqual([]);
});
