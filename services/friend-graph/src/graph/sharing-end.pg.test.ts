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
    expect(await setting.takeEvents()).toEqual([{ kind: 'stopped', version, user: 'ann', before: stopped?.before }]);
  });

  it('that a revoked token confirms is that of the revocation, so that newer sharing goes on', async () => {
    await setting.graph.sharingEnd.confirm(ann);
    expect(setting.stopped).toEqual([]);
    await setting.graph.accounts.signOutEverywhere(by(ann));
    const revokedAt = (await setting.repositories.revocations.revocationOf(ann))?.before ?? Number.NaN;
    await setting.graph.sharingEnd.confirm(ann);
    expect(setting.stopped).toHaveLength(1);
    expect(setting.stopped[0]?.before).toBeGreaterThanOrEqual(revokedAt);
    expect(setting.stopped[0]?.before).toBeLessThanOrEqual(revokedAt + 1_000);
  });
});
