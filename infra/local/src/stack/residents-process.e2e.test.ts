/** The residents as part of a stack, with stand-ins for them and for the services. */
import path from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { checkoutRoot } from '../machine/local-folder.ts';
import { identifyProcess } from '../machine/process-identity.ts';
import { waitFor } from '../test-support/wait-for.ts';
import type { Stack } from './stack.ts';
import type { StackOptions } from './stack-options.ts';
import { startStack } from './start-stack.ts';

const standIn = (name: string): string => path.join(checkoutRoot, 'infra/local/stand-ins', name);
const service = standIn('service.mjs');

let stack: Stack | undefined;
let lines: string[] = [];

afterEach(async () => {
  await stack?.forceStop();
  stack = undefined;
  lines = [];
});

async function start(options: StackOptions = {}): Promise<Stack> {
  stack = await startStack({
    entryPoints: {
      gateway: service,
      location: service,
      'friend-graph': service,
      ingest: service,
      alerts: service,
      migrate: standIn('migrate.mjs'),
      residents: standIn('residents.mjs'),
    },
    gateways: 1,
    locations: 1,
    friendGraphs: 1,
    people: 7,
    log: (line) => lines.push(line),
    ...options,
  });
  return stack;
}

/** The residents' lines of the log. */
const residentLines = (): string[] => lines.filter((line) => / residents /.test(line));

const lineWith = (text: string | RegExp): Promise<string> =>
  waitFor(`the residents' line ${text}`, async () => residentLines().find((line) => line.match(text) !== null));

const pidIn = (line: string): number => Number(/pid (\d+)/.exec(line)?.[1]);

describe('the residents of a stack', () => {
  it('start when it is up, get its address, and end with it', async () => {
    const { url, stop } = await start({ reportSeconds: 3 });
    const line = await lineWith('Ready');
    expect(line).toContain(`--url=${url} --people=7 --interval=3`);
    expect(await identifyProcess(pidIn(line))).toBeDefined();
    await stop.call(stack);
    expect(await identifyProcess(pidIn(line))).toBeUndefined();
  }, 60_000);

  it('are restarted when they end unexpectedly', async () => {
    await start();
    process.kill(pidIn(await lineWith('Ready')), 'SIGKILL');
    await lineWith('ended unexpectedly \\(SIGKILL\\)');
    await lineWith('is ready again');
    expect(residentLines().filter((line) => line.includes('Ready'))).toHaveLength(2);
  }, 60_000);

  it('do not affect the stack when they cannot start: one line says why', async () => {
    const { gateways } = await start({ env: { residents: { RESIDENTS_FAIL: 'yes' } } });
    await lineWith('residents failed to start: There is no map\\.');
    expect(residentLines()).toHaveLength(1);
    expect(gateways.every((gateway) => gateway.isRunning())).toBe(true);
  }, 60_000);

  it('do not affect the stack when their program is missing', async () => {
    await start({
      entryPoints: {
        gateway: service,
        location: service,
        'friend-graph': service,
        ingest: service,
        alerts: service,
        migrate: standIn('migrate.mjs'),
        residents: standIn('nowhere.mjs'),
      },
    });
    await lineWith('residents failed to start: ');
    expect(residentLines()).toHaveLength(1);
  }, 60_000);

  it('are off by default', async () => {
    await start({ people: 0 });
    await stack?.stop();
    expect(residentLines()).toEqual([]);
  }, 60_000);
});
