import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Rpc } from '@nearby-friends/bus';
import { CodedError, parseUserId } from '@nearby-friends/protocol';
import { markOfRegistered, systemClock, type TokenVerifier } from '@nearby-friends/service-kit';
import { Reporters } from './reporter.ts';

const ANN = parseUserId('ann');
const SECRET = 'a-secret_of-43-characters';
const TOKEN = 'header.claims.signature';

let lookups: object[];
let signedOutBefore: number | null;
let staysVisibleSeconds: number;
let reporters: Reporters;

beforeEach(() => {
  lookups = [];
  signedOutBefore = null;
  staysVisibleSeconds = 900;
  const call = async (
    { name }: { name: string },
    request: { devices: { user: string | null; secretHash: string }[] },
  ) => {
    if (name === 'friends-of') return { viewers: [{ viewer: ANN, signedOutBefore, edges: '' }] };
    return {
      devices: request.devices.map((sought) => {
        lookups.push(sought);
        const isKnown = sought.secretHash === createHash('sha256').update(SECRET).digest('hex');
        const isOwn = sought.user === null || sought.user === 'ann';
        return isKnown && isOwn ? { user: ANN, id: 'device-1', staysVisibleSeconds } : null;
      }),
    };
  };
  const verifier: TokenVerifier = {
    verify: async (token) => {
      if (token !== TOKEN) throw new CodedError('unauthorized', 'no');
      return { userId: ANN, issuedAt: 1_000, expiresAt: 2_000 };
    },
  } as TokenVerifier;
  reporters = new Reporters({ rpc: { call: call as unknown as Rpc['call'] }, verifier, clock: systemClock });
});

const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`;
const DEVICE = { user: ANN, device: markOfRegistered('device-1'), staysVisibleSeconds: 900 };

describe('[I1] who reports', () => {
  it('is the device of that user with that secret', async () => {
    expect(await reporters.byBasic(basic(`ann:${SECRET}`), 'owntracks')).toEqual(DEVICE);
    expect(await reporters.byBearer(`Bearer ${SECRET}`, 'overland')).toEqual(DEVICE);
    expect(await reporters.bySecret(SECRET, 'traccar')).toEqual(DEVICE);
    expect(lookups).toMatchObject([
      { user: 'ann', kind: 'owntracks' },
      { user: null, kind: 'overland' },
      { user: null, kind: 'traccar' },
    ]);
    expect(JSON.stringify(lookups)).not.toContain(SECRET);
  });

  it.each([
    undefined,
    '',
    'Basic',
    'Basic !!!',
    basic(''),
    basic('ann'),
    basic('ann:'),
    basic(`:${SECRET}`),
    basic(`ben:${SECRET}`),
    basic('ann:wrong'),
    basic(`an n:${SECRET}`),
    basic(`ann:${'x'.repeat(10_000)}`),
    `Bearer ${SECRET}`,
  ])('is not known with %j', async (header) => {
    await expect(reporters.byBasic(header, 'owntracks')).rejects.toMatchObject({ code: 'unauthorized' });
  });

  it('has positions that live as all others, unless the device asks for more', async () => {
    staysVisibleSeconds = 600;
    expect(await reporters.bySecret(SECRET, 'generic')).toEqual({ ...DEVICE, staysVisibleSeconds: null });
  });

  it('is asked again for each report', async () => {
    await reporters.bySecret(SECRET, 'generic');
    await reporters.bySecret(SECRET, 'generic');
    expect(lookups).toHaveLength(2);
  });

  it('may be the holder of a token, where that is allowed', async () => {
    const holder = { user: ANN, device: expect.any(String), staysVisibleSeconds: null };
    expect(await reporters.byBearer(`Bearer ${TOKEN}`, 'generic', true)).toEqual(holder);
    await expect(reporters.byBearer(`Bearer ${TOKEN}`, 'overland')).rejects.toMatchObject({ code: 'unauthorized' });
    await expect(reporters.byBearer('Bearer a.b.c', 'generic', true)).rejects.toMatchObject({ code: 'unauthorized' });
    signedOutBefore = 1_000;
    await expect(reporters.byBearer(`Bearer ${TOKEN}`, 'generic', true)).rejects.toMatchObject({
      code: 'unauthorized',
    });
    signedOutBefore = 999;
    expect(await reporters.byBearer(`Bearer ${TOKEN}`, 'generic', true)).toEqual(holder);
  });
});
