/** What is replayed: the window, the invention that is stated, and the figures. */
import { describe, expect, it } from '@jest/globals';
import { withFile } from '../dataset/csv-files.testing.ts';
import type { ReplayPlan } from './parse-replay-arguments.ts';
import { type Dataset, readDataset } from './read-dataset.ts';

const FRIENDSHIPS = 'user,friend\n1,2\n1,3\n';
const MOVEMENTS = `user,timestamp,lat,lon
cab1,2008-06-01T00:00:00Z,37.7,-122.4
cab2,2008-06-01T00:30:00Z,37.7,-122.4
cab1,2008-06-01T01:00:00Z,37.8,-122.4
`;

function read(changed: Partial<ReplayPlan>): Promise<Dataset> {
  return withFile(FRIENDSHIPS, (friendshipsFile) =>
    withFile(MOVEMENTS, (movementsFile) =>
      readDataset({
        friendshipsFile,
        movementsFile,
        assign: false,
        speed: 60,
        deploymentTtlMs: 10_000,
        fromMs: undefined,
        toMs: undefined,
        hours: undefined,
        radiusMeters: 8_046.72,
        setsRadius: false,
        transport: 'websocket',
        checkpoints: 0,
        url: undefined,
        gateways: 2,
        ...changed,
      }),
    ),
  );
}

describe('readDataset', () => {
  it('plays everything, the last movement too', async () => {
    const { movements, window } = await read({});
    expect(movements).toHaveLength(3);
    expect(window).toEqual({ fromMs: Date.UTC(2008, 5, 1), toMs: Date.UTC(2008, 5, 1, 1) + 1 });
  });

  it('cuts a window by hours', async () => {
    expect((await read({ hours: 1 })).movements).toHaveLength(2);
    expect((await read({ fromMs: Date.UTC(2008, 5, 1, 0, 30), hours: 1 })).movements).toHaveLength(2);
  });

  it('states that assigning is an invention', async () => {
    const { movements, description } = await read({ assign: true });
    expect(movements.map(({ user }) => user)).toEqual(['1', '2', '1']);
    expect(description[0]).toMatch(/^An invention of this replay: the 2 movers .* the 2 best-connected users/);
  });

  it('states the window and what it holds', async () => {
    const [window, ttl, held] = (await read({ assign: true })).description.slice(1);
    expect(window).toBe(
      '3 movements of 2 users, 2008-06-01T00:00:00Z to 2008-06-01T01:00:00.001Z, at 60 s a second: 60 s.',
    );
    expect(ttl).toContain('600 s of dataset time, 10 s of real time');
    expect(held).toMatch(/^2 viewers’ friends move; /);
  });

  it.each([
    [{ fromMs: Date.UTC(2009, 0, 1), hours: 1 }, /holds no movement\. Choose another one/],
    [{ fromMs: Date.UTC(2009, 0, 1) }, /ends before it begins/],
  ])('refuses a window with nothing in it (%j)', async (changed, message) => {
    await expect(read(changed)).rejects.toThrow(message);
  });
});
