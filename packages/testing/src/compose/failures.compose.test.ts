/** What happens to an operator, with 300 clients moving: killed containers, restarted databases. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../plain/eventually.ts';
import { ComposeProject, type Container } from './compose-project.ts';
import { playThrough, TTL_SECONDS } from './crowd-through-compose.ts';

const OFFLINE_BOUND_MS = 5_000;
const DURATION_MS = 40_000;

let project: ComposeProject;

beforeAll(async () => {
  project = await ComposeProject.up({ POSITION_TTL_SECONDS: String(TTL_SECONDS) });
}, 600_000);
afterAll(async () => {
  await project?.down();
}, 120_000);

/**
 * SIGKILL to the first container of a service, and a new start, as an orchestrator would do. Resolves when it is healthy,
 * with the time from the kill until the engine had started the container again, ms.
 */
async function killOne(
  service: string,
  before: (victim: Container) => Promise<void> = async () => undefined,
): Promise<number> {
  const [victim] = await project.containers(service);
  if (!victim) throw new Error(`no container of ${service}`);
  await before(victim);
  const killedAt = performance.now();
  await project.docker('kill', '--signal', 'KILL', victim.id);
  await project.docker('start', victim.id);
  const engineMs = performance.now() - killedAt;
  await eventually(async () => {
    expect(await project.docker('inspect', '--format', '{{.State.Health.Status}}', victim.id)).toBe('healthy');
  }, 60_000);
  return engineMs;
}

describe('while all clients move', () => {
  it.each(['location', 'friend-graph'])(
    'a %s container is killed: no client is disconnected',
    async (service) => {
      const report = await playThrough({
        project,
        durationMs: DURATION_MS,
        offlineBoundMs: 0,
        disturb: async () => void (await killOne(service)),
      });
      expect(report.measured.connections.lost).toBe(0);
    },
    300_000,
  );

  it('a gateway container is killed: its clients are back within 5 s, the others are not affected', async () => {
    let sessions = 0;
    const report = await playThrough({
      project,
      durationMs: DURATION_MS,
      offlineBoundMs: OFFLINE_BOUND_MS,
      disturb: async () => {
        await killOne('gateway', async (victim) => {
          sessions = await project.sessionsOn(victim);
        });
      },
    });
    expect(sessions).toBeGreaterThan(0);
    expect(report.measured.connections.lost).toBe(sessions);
  }, 300_000);

  it('the nginx container is killed: every client is back within 5 s after it runs again', async () => {
    let engineMs = 0;
    const report = await playThrough({
      project,
      durationMs: DURATION_MS,
      // No client can connect before, and how long the engine takes for it says nothing about the clients.
      offlineBoundMs: () => engineMs + OFFLINE_BOUND_MS,
      disturb: async () => {
        engineMs = await killOne('nginx');
      },
    });
    expect(report.measured.connections.lost).toBeGreaterThan(0);
  }, 300_000);

  it('[S4] redis is restarted, then killed: no client is disconnected', async () => {
    const report = await playThrough({
      project,
      durationMs: DURATION_MS,
      offlineBoundMs: 0,
      disturb: async () => {
        await project.compose('restart', 'redis');
        await killOne('redis');
      },
    });
    expect(report.measured.connections.lost).toBe(0);
  }, 300_000);

  it('postgres is restarted, then killed: no client is disconnected', async () => {
    const report = await playThrough({
      project,
      durationMs: DURATION_MS,
      offlineBoundMs: 0,
      disturb: async () => {
        await project.compose('restart', 'postgres');
        await killOne('postgres');
      },
    });
    expect(report.measured.connections.lost).toBe(0);
  }, 300_000);
});
