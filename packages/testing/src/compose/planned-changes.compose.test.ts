/** What an operator does on purpose, with 300 clients moving: scaling, restarting, reloading. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../plain/eventually.ts';
import { FERRY_BUILDING } from '../plain/places.ts';
import { NearbyClient } from '../stack/nearby-client.ts';
import { ComposeProject, type Container } from './compose-project.ts';
import { playThrough, TTL_SECONDS } from './crowd-through-compose.ts';
import { pollManyTimes } from './poll-many-times.ts';

const OFFLINE_BOUND_MS = 3_000;
const DRAIN_SPREAD_SECONDS = 3;

let project: ComposeProject;

beforeAll(async () => {
  project = await ComposeProject.up({
    POSITION_TTL_SECONDS: String(TTL_SECONDS),
    DRAIN_SPREAD_SECONDS: String(DRAIN_SPREAD_SECONDS),
  });
}, 600_000);
afterAll(async () => {
  await project?.down();
}, 120_000);

/** Stops a container in order, sees it end with 0, starts it again and waits until it can do its job. */
async function restart({ id }: Container): Promise<void> {
  await project.docker('stop', '--time', '30', id);
  expect(await project.docker('inspect', '--format', '{{.State.ExitCode}}', id)).toBe('0');
  await project.docker('start', id);
  await eventually(async () => {
    expect(await project.docker('inspect', '--format', '{{.State.Health.Status}}', id)).toBe('healthy');
  }, 60_000);
}

async function tokenOf(userId: string): Promise<string> {
  const response = await fetch(`${project.url}/api/v1/dev/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ userId }),
  });
  const { token } = (await response.json()) as { token: string };
  return token;
}

describe('the containers', () => {
  it('serve a client by WebSocket, by polling, and by polling that is upgraded; and hide what is not for clients', async () => {
    for (const transports of [['websocket'], ['polling'], ['polling', 'websocket']] as const) {
      const token = await tokenOf('visitor');
      const client = await new NearbyClient({ url: project.url, token, transports: [...transports] }).connect();
      expect(await client.report(FERRY_BUILDING)).toMatchObject({ ok: true });
      await eventually(() => expect(client.snapshots).toBe(1));
      await eventually(() => expect(client.socket.io.engine.transport.name).toBe(transports.at(-1)));
      client.close();
    }
    for (const path of ['/metrics', '/ready', '/health']) {
      expect((await fetch(project.url + path)).status).toBe(404);
    }
  });

  it('[W4] scale gateways from 2 to 4 and back: other clients are not affected, gateways that leave end with 0', async () => {
    let ended: string[] = [];
    let moved = 0;
    const report = await playThrough({
      project,
      durationMs: 60_000,
      offlineBoundMs: OFFLINE_BOUND_MS,
      disturb: async () => {
        const before = new Set((await project.containers('gateway')).map(({ id }) => id));
        await project.scale('gateway', 4);
        const added = (await project.containers('gateway')).filter(({ id }) => !before.has(id));
        expect(added.length).toBe(2);
        moved = (await Promise.all(added.map((container) => project.sessionsOn(container)))).reduce(
          (sum, sessions) => sum + sessions,
          0,
        );
        const exits = added.map(({ id }) => project.docker('wait', id));
        await project.scale('gateway', 2);
        ended = await Promise.all(exits);
      },
    });
    expect(ended).toEqual(['0', '0']);
    expect(report.measured.connections.lost).toBe(moved);
  }, 300_000);

  it('[W3] are restarted one after the other, every one of the services: no client is offline for longer than 3 s', async () => {
    let sessions = 0;
    const report = await playThrough({
      project,
      durationMs: 130_000,
      offlineBoundMs: OFFLINE_BOUND_MS,
      disturb: async () => {
        for (const service of ['location', 'friend-graph', 'ingest', 'alerts', 'gateway']) {
          for (const container of await project.containers(service)) {
            if (service === 'gateway') sessions += await project.sessionsOn(container);
            await restart(container);
          }
        }
      },
    });
    expect(report.measured.connections.drainingAnnounced).toBe(report.measured.connections.lost);
    expect(report.measured.connections.lost).toBe(sessions);
  }, 400_000);

  it('go on when nginx is reloaded five times: no socket is lost', async () => {
    const report = await playThrough({
      project,
      durationMs: 20_000,
      offlineBoundMs: 0,
      disturb: async () => {
        for (let i = 0; i < 5; i++) await project.compose('exec', '-T', 'nginx', 'nginx', '-s', 'reload');
      },
    });
    expect(report.measured.connections.lost).toBe(0);
  }, 300_000);

  it('[W2] are sticky: 200 clients of different addresses poll 1,000 times each at four replicas', async () => {
    await project.scale('gateway', 4);
    const outcome = await pollManyTimes({ url: project.url, clients: 200, requestsEach: 1_000, tokenOf });
    expect(outcome.statuses).toEqual({ 200: 200 * 1_000 });
    expect(outcome.replies).toEqual({ ok: 200 * 1_000 });
    await project.scale('gateway', 2);
  }, 600_000);

  it('keep what a backup holds: dumped, lost and restored as the operations page says', async () => {
    const page = await readFile(new URL('../../../../docs/operations.md', import.meta.url), 'utf8');
    const command = (tool: string) =>
      new RegExp(`\`(docker compose exec [^\`]* ${tool} [^\`]*)\``).exec(page)?.[1] ?? tool;
    const folder = await mkdtemp(path.join(tmpdir(), 'nearby-backup-'));
    try {
      const inFolder = (line: string) => line.replace('nearby.dump', path.join(folder, 'nearby.dump'));
      await project.sql("INSERT INTO users (id, display_name) VALUES ('backed-up', 'x')");
      await project.shell(inFolder(command('pg_dump')));
      await project.sql("DELETE FROM users WHERE id = 'backed-up'");
      await project.compose('stop', 'friend-graph');
      await project.shell(inFolder(command('pg_restore')));
      await project.compose('up', '--wait', '--no-recreate', '--no-deps', 'friend-graph');
      const count = "SELECT count(*) FROM users WHERE id = 'backed-up'";
      expect(
        await project.shell(`docker compose exec -T postgres psql -U nearby -At nearby_friends -c "${count}"`),
      ).toBe('1');
    } finally {
      await rm(folder, { recursive: true });
    }
  }, 120_000);

  it('end with 0 when everything is stopped', async () => {
    await project.compose('stop', '--timeout', '60');
    const exits = (await project.containers()).map(({ service, exitCode }) => `${service} ${exitCode}`);
    const replicated = ['gateway', 'ingest', 'alerts', 'location', 'friend-graph'].flatMap((service) => [
      service,
      service,
    ]);
    const expected = [...replicated, 'nginx', 'redis', 'postgres', 'migrate', 'page'].map((service) => `${service} 0`);
    expect(exits.sort()).toEqual(expected.sort());
  }, 120_000);
});
