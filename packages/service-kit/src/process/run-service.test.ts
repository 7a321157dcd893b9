import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@nearby-friends/testing/eventually';

const fileOf = (name: string) => fileURLToPath(new URL(`${name}`, import.meta.url));
const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

function run(env: Record<string, string>, ...args: string[]) {
  const node = [
    '--conditions',
    'nearby-source',
    '--import',
    fileOf('run-typescript.testing.mjs'),
    fileOf('service.testing.ts'),
  ];
  const child = spawn(process.execPath, [...node, ...args], {
    env: { PATH: process.env['PATH'], OPS_PORT: '0', REDIS_URL: 'redis://127.0.0.1:1', ...env },
  });
  running.push(child);
  const output: string[] = [];
  const errors: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => output.push(line));
  createInterface({ input: child.stderr }).on('line', (line) => errors.push(line));
  const exited = new Promise<number | null>((resolve) => {
    child.once('close', (code) => resolve(code));
  });
  const messages = (): string[] => output.map((line) => (JSON.parse(line) as { msg: string }).msg);
  return {
    output,
    errors,
    exited,
    messages,
    signal: (signal: NodeJS.Signals) => child.kill(signal),
    said: (message: string) => eventually(() => expect(messages()).toContain(message)),
  };
}

describe('before it starts', () => {
  it('prints help, whatever the configuration, and exits with 0', async () => {
    const service = run({ OPS_PORT: 'nonsense' }, '--help');
    expect(await service.exited).toBe(0);
    const help = service.output.join('\n');
    expect(help).toContain('service-of-test: tests the lifecycle of a service.');
    for (const env of ['SCENARIO', 'REDIS_URL', 'STOP_DEADLINE_SECONDS (s)']) expect(help).toContain(`  ${env}`);
  });

  it('lists its metrics without starting anything, and exits with 0', async () => {
    const service = run({ SCENARIO: 'never-drains' }, '--metrics');
    expect(await service.exited).toBe(0);
    expect(service.output).toEqual(expect.arrayContaining(['  cues_total, counter', '      Cues of the test.']));
    expect(service.output.join('\n')).toContain('  nodejs_eventloop_lag_seconds, gauge\n');
  });

  it.each([
    ['', 'without traces'],
    ['http://127.0.0.1:1', 'with traces'],
  ])('loads what traces need only where they are wanted: %j', async (endpoint, message) => {
    const service = run({ SCENARIO: 'logs-loaded-modules', OTEL_EXPORTER_OTLP_ENDPOINT: endpoint });
    await service.said(message);
  });

  it('refuses an invalid configuration with exit code 2', async () => {
    const service = run({ OPS_PORT: '-1', REDIS_URL: 'http://user:hunter2@h', SCENARIO: 'other' });
    expect(await service.exited).toBe(2);
    expect(service.output).toEqual([]);
    expect(service.errors[0]).toBe('service-of-test: Invalid configuration:');
    const problems = service.errors.join('\n');
    for (const env of ['OPS_PORT: "-1"', 'REDIS_URL: the given value', 'SCENARIO: "other"'])
      expect(problems).toContain(env);
    expect(problems).not.toMatch(/hunter2|\n\s+at /);
  });

  it('refuses settings that clash, with 2', async () => {
    const service = run({ SCENARIO: 'settings-clash' });
    expect(await service.exited).toBe(2);
    expect(service.errors).toEqual(['service-of-test: THIS and THAT cannot both be.']);
  });

  it.each([
    ['fails-to-start', []],
    ['fails-to-start-and-to-stop', ['stop deadline exceeded']],
  ])('%s: stops what has started, and ends with 1', async (scenario, ending) => {
    const service = run({ SCENARIO: scenario, STOP_DEADLINE_SECONDS: '1' });
    expect(await service.exited).toBe(1);
    expect(service.messages().slice(0, 4)).toEqual(['failed to start', 'draining', 'drained', 'server stopped']);
    expect(service.messages()).not.toContain('started');
    expect(service.messages()).toEqual(expect.arrayContaining(ending));
  });
});

it('is named in every line of its log as the operator names it', async () => {
  const service = run({ SCENARIO: 'plain', INSTANCE_ID: 'replica-1' });
  await service.said('started');
  const names = service.output.map((line) => (JSON.parse(line) as { instance: string }).instance);
  expect(new Set(names)).toEqual(new Set(['replica-1']));
});

describe('[W3] the end', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('by %s: drains, stops, 0', async (signal) => {
    const service = run({ SCENARIO: 'plain' });
    await service.said('started');
    service.signal(signal);
    expect(await service.exited).toBe(0);
    expect(service.messages()).toEqual(['started', 'stopping', 'draining', 'drained', 'server stopped', 'stopped']);
  });

  it('a second signal neither hurries nor disturbs it', async () => {
    const service = run({ SCENARIO: 'drains-on-cue' });
    await service.said('started');
    service.signal('SIGTERM');
    await service.said('draining');
    service.signal('SIGTERM');
    service.signal('SIGINT');
    service.signal('SIGUSR2');
    expect(await service.exited).toBe(0);
    expect(service.messages()).toEqual(['started', 'stopping', 'draining', 'drained', 'server stopped', 'stopped']);
  });

  it('comes with 1 at the deadline, also when nothing but the draining is left', async () => {
    const service = run({ SCENARIO: 'never-drains', STOP_DEADLINE_SECONDS: '1' });
    await service.said('started');
    service.signal('SIGTERM');
    expect(await service.exited).toBe(1);
    expect(service.messages()).toEqual(['started', 'stopping', 'draining', 'stop deadline exceeded']);
  });

  it('comes with 0 also while it still waits to start', async () => {
    const service = run({ SCENARIO: 'waits-to-start' });
    await service.said('waiting');
    service.signal('SIGTERM');
    expect(await service.exited).toBe(0);
    expect(service.messages()).toEqual(['waiting', 'stopping', 'draining', 'drained', 'server stopped', 'stopped']);
  });

  it.each(['throws-on-cue', 'rejects-on-cue'])(
    '%s: an unhandled error stops it gracefully, with exit code 1',
    async (scenario) => {
      const service = run({ SCENARIO: scenario });
      await service.said('started');
      service.signal('SIGUSR2');
      expect(await service.exited).toBe(1);
      expect(service.messages()).toEqual([
        ...['started', 'unhandled error', 'stopping'],
        ...['draining', 'drained', 'server stopped', 'stopped'],
      ]);
      expect(service.output.join('\n')).toContain('said the scenario');
    },
  );

  it('is with 1 when something unhandled comes up on the way, and still in order', async () => {
    const service = run({ SCENARIO: 'throws-while-draining' });
    await service.said('started');
    service.signal('SIGTERM');
    expect(await service.exited).toBe(1);
    expect(service.messages()).toEqual(expect.arrayContaining(['unhandled error', 'server stopped', 'stopped']));
  });
});
