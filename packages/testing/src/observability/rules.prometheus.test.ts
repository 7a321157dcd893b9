/** What Prometheus' own tool says of its configuration, the alerts and their tests. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { OBSERVABILITY } from './operators-view.ts';
import { prometheusBinaries } from './prometheus-of-test.ts';

const binaries = await prometheusBinaries();

(binaries ? describe : describe.skip)('promtool', () => {
  const promtool = (...args: string[]) =>
    promisify(execFile)(binaries?.promtool.command ?? '', args, {
      cwd: OBSERVABILITY,
      env: { ...process.env, ...binaries?.promtool.env },
    }).catch((error: { stdout: string; stderr: string }) => {
      // What it does not like it says on either.
      throw new Error(`${error.stdout}${error.stderr}`);
    });

  it('can read the configuration and the rules it names', async () => {
    const { stdout } = await promtool('check', 'config', 'prometheus.yml');
    expect(stdout).toContain('1 rule files found');
    expect(stdout).toMatch(/SUCCESS: \d+ rules found/);
  });

  it('sees each alert fire when it should, and not when it should not', async () => {
    expect((await promtool('test', 'rules', 'alerts.test.yml')).stdout).toContain('SUCCESS');
  }, 60_000);
});
