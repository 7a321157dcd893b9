/** The command itself, small and short: that it measures, not how much. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import type { BenchReport } from './report/result.ts';

const PROGRAM = fileURLToPath(new URL('../dist/bench.js', import.meta.url));

/** What `npm run bench` prints and writes with these arguments. */
async function bench(...args: string[]): Promise<{ stdout: string; results: BenchReport['results'] }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'nearby-bench-'));
  try {
    const out = path.join(folder, 'results.json');
    const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, ...args, '--out', out]);
    return { stdout, results: (JSON.parse(await readFile(out, 'utf8')) as BenchReport).results };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

it('deliveries are measured with our build and the idiomatic ones', async () => {
  // 0.7 × 1,430 deliveries/s at 10 for each client: 100 clients.
  const { stdout, results } = await bench(
    ...['delivery', '--idiomatic-highest', '1430', '--rounds', '1', '--seconds', '2'],
  );
  expect(stdout).toContain('== delivery: 100 clients');
  const measured = results[0]?.rows.filter((row) => row['clients'] === 100) ?? [];
  expect(measured.map((row) => row['build'])).toEqual([
    'nearby-friends',
    'idiomatic, sharded adapter',
    'idiomatic, classic adapter',
  ]);
  for (const row of measured) {
    expect(row['offered']).toBeGreaterThan(0);
    expect(row['cost']).toBeGreaterThan(0);
    // How many are late, or too late to be counted, is a matter of the machine.
    expect(row['delivered']).toBeGreaterThan(0);
  }
}, 180_000);

it('memory is sampled while clients leave and come back, and clients that stopped reading end with the newest', async () => {
  const { results } = await bench(
    ...['slow-reader', 'memory', '--scale', '0.03', '--seconds', '1', '--churn-minutes', '0.1'],
  );
  const [slow, memory] = results;
  expect(slow?.rows.map((row) => row['phase'])).toEqual([
    'all read',
    '10 do not, buffers full',
    'they have read again',
    'they have gone',
  ]);
  // Whether the buffers were full in time is a matter of the machine; that much waited in them is not.
  expect(slow?.rows[1]?.['queued']).toBeGreaterThan(1);
  expect(slow?.rows[2]).toMatchObject({ outdated: 0 });
  const churn = memory?.rows.filter((row) => String(row['phase']).startsWith('churn')) ?? [];
  expect(churn.length).toBeGreaterThan(1);
  for (const row of churn) expect(row['used']).toBeGreaterThan(1);
  // Fewer than all are there, and nearly all of them.
  expect(churn.at(-1)?.['clients']).toBeGreaterThan(30);
}, 180_000);
