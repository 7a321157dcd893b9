import { describe, expect, it } from '@jest/globals';
import { by, id, useGraph } from './graph.testing.ts';

const setting = useGraph();
const ann = id('ann');
const version = expect.any(Number);

describe('[L5] the end of sharing', () => {
  it('is told to the gateways and to the location service, for everything received until now', async () => {
    const calledAt = Date.now();
    await setting.graph.sharingEnd.stop(ann);
    const [stopped] = setting.stopped;
    expect(stopped?.user).toBe('ann');
    expect(stopped?.before).toBeGreaterThanOrEqual(calledAt);
    expect(stopped?.before).toBeLessThan(Date.now() + 1_000);
    const before = stopped?.before ?? Number.NaN;
    expect(await setting.takeEvents()).toEqual([
      { kind: 'sharing', version, subject: 'ann', sharing: { paused: false, until: null, shownFrom: before + 1 } },
      { kind: 'stopped', version, user: 'ann', before },
    ]);
  });

  it('is read with the rights of the viewers, for those who have missed the event', async () => {
    await setting.befriend('ann', 'ben');
    await setting.graph.sharingEnd.stop(ann);
    const [viewer] = await setting.repositories.viewers.read([id('ben')], Date.now());
    const shownFrom = (setting.stopped[0]?.before ?? Number.NaN) + 1;
    expect(viewer?.withheld).toBe(`ann - - ${shownFrom}`);
  });

  it('leaves a pause as it is, and does not shorten what it withholds', async () => {
    const until = Date.now() + 3_600_000;
    await setting.graph.sharing.setSharing(ann, { paused: true, until });
    await setting.graph.sharingEnd.stop(ann);
    expect(await setting.graph.sharing.sharingOf(ann)).toEqual({ paused: true, until });
    expect((await setting.takeEvents()).filter(({ kind }) => kind === 'sharing').at(-1)).toMatchObject({
      sharing: { paused: true, until, shownFrom: until },
    });
  });

  it('that a revoked token confirms is that of the revocation, so that newer sharing goes on', async () => {
    await setting.befriend('ann', 'ben');
    await setting.graph.sharingEnd.confirm(ann);
    expect(setting.stopped).toEqual([]);
    await setting.graph.accounts.signOutEverywhere(by(ann));
    const revokedAt = (await setting.repositories.revocations.revocationOf(ann))?.before ?? Number.NaN;
    await setting.graph.sharingEnd.confirm(ann);
    expect(setting.stopped).toHaveLength(1);
    expect(setting.stopped[0]?.before).toBeGreaterThanOrEqual(revokedAt);
    expect(setting.stopped[0]?.before).toBeLessThanOrEqual(revokedAt + 1_000);
    const [viewer] = await setting.repositories.viewers.read([id('ben')], Date.now());
    expect(viewer?.withheld).toBe(`ann - - ${(setting.stopped[0]?.before ?? Number.NaN) + 1}`);
  });
});
