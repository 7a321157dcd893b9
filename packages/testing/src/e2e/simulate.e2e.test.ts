/** `npm run simulate` against the real stack: no failures on a healthy stack, and a true report on a broken one. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import type { SimulationReport } from '@nearby-friends/simulator';
import { eventually } from '../plain/eventually.ts';
import { useDeployment } from '../stack/use-deployment.ts';

const PROGRAM = fileURLToPath(new URL('../../../simulator/dist/simulate.js', import.meta.url));
const PEOPLE = 60;
const deployment = useDeployment();

interface Run {
  readonly child: ChildProcess;
  readonly said: () => string;
  readonly ended: Promise<{ code: number | null; output: string }>;
}

function start(...args: string[]): Run {
  const child = spawn(process.execPath, [PROGRAM, `--url=${deployment.url}`, `--people=${PEOPLE}`, ...args], {
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [output, said] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const ended = new Promise<{ code: number | null; output: string }>((resolve, reject) => {
    child.on('error', reject).on('close', (code) => resolve({ code, output }));
  });
  return { child, said: () => said, ended };
}

const reportIn = (output: string): SimulationReport => JSON.parse(output) as SimulationReport;

describe('a simulation', () => {
  it('finds no error on a healthy stack', async () => {
    const { code, output } = await start('--json', '--duration=8s', '--interval=1', '--pace=6').ended;
    const { failures, experienced, people } = reportIn(output);
    expect(failures).toEqual([]);
    expect(code).toBe(0);
    expect(people).toBe(PEOPLE);
    expect(experienced.connectMs.count).toBe(PEOPLE);
    expect(experienced.updates).toMatchObject({ acked: experienced.updates.sent, unanswered: 0, rejected: {} });
    expect(experienced.connections).toEqual({ lost: 0, drainingAnnounced: 0, refused: {} });
    expect(experienced.deliveryMs.count).toBeGreaterThan(50);
    expect(experienced.unexplained).toBe(0);
  }, 120_000);

  it('reports the clients that lost their gateway and came back, when Ctrl-C ends it', async () => {
    const run = start('--json', '--duration=1h', '--interval=1', '--pace=6', '--always-on');
    const isOnline = (): void => expect(run.said()).toContain(`living, ${PEOPLE} of ${PEOPLE} online`);
    await eventually(isOnline, 60_000);
    const [gateway] = deployment.stack.gateways;
    gateway?.kill('SIGKILL');
    await eventually(() => expect(run.said()).toMatch(/ [1-9]\d* connections lost/), 60_000);
    await gateway?.start();
    run.child.kill('SIGINT');
    const { code, output } = await run.ended;
    const { experienced, missing, failures } = reportIn(output);
    expect({ missing, failures }).toEqual({ missing: 0, failures: [] });
    expect(code).toBe(0);
    expect(experienced.connections.lost).toBeGreaterThan(0);
    expect(experienced.connections.lost).toBeLessThan(PEOPLE);
    expect(experienced.offlineMs.count).toBe(experienced.connections.lost);
  }, 180_000);

  it('reports a wrong option before it does anything, and has a help text', async () => {
    const bad = start('--duration=forever');
    expect(await bad.ended).toEqual({ code: 2, output: '' });
    expect(bad.said()).toBe(
      "Option '--duration <time>' argument 'forever' is invalid. It must be a time of at most a week such as 90s, 10m or " +
        '2h. See `npm run simulate -- --help`.\n',
    );
    const { code, output } = await start('--help').ended;
    expect(code).toBe(0);
    expect(output).toContain('--write-friendships <file>');
  }, 60_000);

  it('works without dev tokens, with the deployment’s secret', async () => {
    const child = spawn(
      process.execPath,
      [PROGRAM, `--url=${deployment.url}`, '--people=5', '--duration=1s', '--json', '--prefix=signed'],
      {
        env: { PATH: process.env['PATH'], JWT_SECRET: deployment.stack.jwtSecret },
        stdio: ['ignore', 'ignore', 'ignore'],
      },
    );
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0);
  }, 60_000);
});
