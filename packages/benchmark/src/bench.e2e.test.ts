/** The command itself, small and short: that it measures, not what. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import type { BenchReport } from './report/result.ts';

const PROGRAM = fileURLToPath(new URL('../dist/bench.js', import.meta.url));

it('deliveries are measured with our build and the idiomatic ones', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'nearby-bench-'));
  try {
    const out = path.join(folder, 'results.json');
    // 0.7 × 1,430 deliveries/s at 10 for each client: 100 clients.
    const args = ['delivery', '--idiomatic-highest', '1430', '--rounds', '1', '--seconds', '2', '--out', out];
    const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, ...args]);
    expect(stdout).toContain('== delivery: 100 clients');
    const { results } = JSON.parse(await readFile(out, 'utf8')) as BenchReport;
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
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 180_000);
