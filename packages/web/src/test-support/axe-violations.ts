/** What axe objects to on a page. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import type { PersonPage } from './person-page.ts';

const AXE_FILE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

declare const axe: { run(context: Document, options: RunOptions): Promise<AxeResults> };

/** The axe rules of WCAG 2.2 AA and best practice. */
export async function axeViolations({ page }: PersonPage): Promise<string[]> {
  // Evaluated through the debugger, because the content security policy forbids injected scripts.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(await readFile(AXE_FILE, 'utf8'));
  return await page.evaluate(async () => {
    const { violations: found } = await axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    });
    return found.map(
      ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`,
    );
  });
}
