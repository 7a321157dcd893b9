/** The command on real people's movements, where they are at hand: a part of each dataset, without a difference. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const PROGRAM = fileURLToPath(new URL('../dist/replay.js', import.meta.url));
/** Real data is no part of this project: it is read from NEARBY_DATA, or beside the checkout. */
const DATA = process.env['NEARBY_DATA'] ?? fileURLToPath(new URL('../../../../shared/data/sf', import.meta.url));
const isThere = ['friendships.csv', 'checkins.csv', 'cab_traces.csv'].every((name) =>
  existsSync(path.join(DATA, name)),
);

function runReplay(args: readonly string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [PROGRAM, ...args], {
      env: { ...process.env, NEARBY_DATA: DATA },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    child.on('error', reject).on('close', (code) => resolve({ code, output }));
  });
}

// Where the data is not at hand, Jest's summary shows these two as skipped; the made-up crowd is replayed everywhere.
(isThere ? describe : describe.skip)('a replay of real movements (set NEARBY_DATA where this is skipped)', () => {
  it.each([
    [
      'check-ins of two summer months',
      ['--preset', 'checkins', '--from', '2010-06-01T00:00:00Z', '--to', '2010-08-01T00:00:00Z'],
    ],
    ['cab traces of half an hour', ['--preset', 'cabs', '--hours', '0.5']],
  ])(
    '[N1] [N2] [N4] [S5] ends without a difference to the oracle: %s',
    async (_what, args) => {
      const { code, output } = await runReplay([...args, '--checkpoints', '2']);
      expect(output).not.toMatch(/differences between/);
      expect(code).toBe(0);
    },
    300_000,
  );
});
