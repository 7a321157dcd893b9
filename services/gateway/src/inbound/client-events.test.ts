import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { CodedError, parseUserId } from '@nearby-friends/protocol';
import { EVENTS_BURST, FORGIVEN, PLACE, setUpClientEvents } from '../test-support/client-events-of-test.ts';
import { MAX_CONFLATED, MAX_UNREAD_ACKS } from './client-events.ts';

describe('an event', () => {
  it('is acknowledged with the result', async () => {
    const { ask, radii, taken } = setUpClientEvents();
    expect(await ask('location:update', PLACE)).toEqual({ ok: true, at: 42, shared: true });
    expect(taken).toEqual([PLACE]);
    expect(await ask('radius:set', { meters: 500 })).toEqual({ ok: true });
    expect(radii).toEqual([500]);
  });

  it('needs no ack', async () => {
    const { receive, taken, transport, metric } = setUpClientEvents();
    receive('location:update', [PLACE]);
    receive('location:update', [{ lat: 91, lng: 0 }]);
    receive('location:update', []);
    await nextTurn();
    expect(taken).toEqual([PLACE]);
    expect(await metric('nearby_events_rejected_total')).toBe(2);
    expect(transport.disconnects).toBe(0);
  });

  it('whose ack stands where the payload should is answered all the same', async () => {
    const { ask } = setUpClientEvents();
    expect(await ask('location:update')).toMatchObject({ ok: false, code: 'invalid_payload' });
  });

  it('may have more arguments than it needs', async () => {
    expect(await setUpClientEvents().ask('location:update', PLACE, 'more', { lat: 0 })).toMatchObject({ ok: true });
  });

  it.each(['location', 'LOCATION:UPDATE', '', '__proto__', 'constructor', 'toString', 'hasOwnProperty', 'get', 'size'])(
    'called %p does not exist',
    async (event) => {
      const { ask } = setUpClientEvents();
      expect(await ask(event, PLACE)).toMatchObject({ ok: false, code: 'invalid_payload', retryable: false });
    },
  );

  it('whose name is no text does not exist either', async () => {
    const { ask } = setUpClientEvents();
    expect(await ask(7 as unknown as string, PLACE)).toMatchObject({ ok: false, code: 'invalid_payload' });
  });

  it('that fails unexpectedly says nothing of why', async () => {
    const { ask } = setUpClientEvents({
      receivePosition: async () => {
        throw new Error('password of the database');
      },
    });
    const answer = await ask('location:update', PLACE);
    expect(answer).toMatchObject({ ok: false, code: 'internal', retryable: true });
    expect(JSON.stringify(answer)).not.toContain('password');
  });
});

describe('a payload of any event', () => {
  it.each(['location:update', 'device:share', 'radius:set', 'token:refresh', 'viewing:set'])(
    'is an object: %s',
    async (event) => {
      for (const payload of [null, undefined, 'x', 7, [], true]) {
        const { ask, shares } = setUpClientEvents();
        expect(await ask(event, payload)).toMatchObject({ ok: false, code: 'invalid_payload' });
        expect(shares).toEqual([]);
      }
    },
  );
});

describe('[L1] a payload that is wrong', () => {
  it.each<[payload: unknown, path: string]>([
    [{ lat: 91.234567, lng: 0 }, 'lat'],
    [{ lat: 0, lng: -181.234567 }, 'lng'],
    [{ lat: '51.234567', lng: 0 }, 'lat'],
    [{ lat: Number.NaN, lng: 0 }, 'lat'],
    [{ lat: 0 }, 'lng'],
    [{ lat: 0, lng: 0, at: '51.234567' }, 'at'],
    [{ lat: null, lng: 0 }, 'lat'],
    [[51.234567, 0], '(payload)'],
    ['51.234567', '(payload)'],
    [null, '(payload)'],
    [Buffer.from('51.234567'), 'lat'],
  ])('%p is refused with the path %s, and never with a value', async (payload, path) => {
    const { ask, taken } = setUpClientEvents();
    const answer = await ask('location:update', payload);
    expect(answer).toMatchObject({ ok: false, code: 'invalid_payload', retryable: false });
    const message = answer.ok ? '' : answer.message;
    expect(message).toContain(`${path}: `);
    expect(message).not.toContain('234567');
    expect(taken).toEqual([]);
  });

  it('of the radius is refused', async () => {
    const { ask, radii } = setUpClientEvents();
    for (const meters of [99, 100_001, '500']) {
      expect(await ask('radius:set', { meters })).toMatchObject({ ok: false, code: 'invalid_payload' });
    }
    expect(radii).toEqual([]);
  });
});

describe('[A2] a token that is refreshed', () => {
  it('counts from now on', async () => {
    const { ask, session } = setUpClientEvents();
    expect(await ask('token:refresh', { token: 'new' })).toEqual({ ok: true });
    expect(session.credentials.expiresAt).toBe(2_000);
  });

  it('must be of the same user', async () => {
    const { ask, session } = setUpClientEvents({
      verify: async () => ({ userId: parseUserId('ben'), issuedAt: 500, expiresAt: 2_000 }),
    });
    expect(await ask('token:refresh', { token: 'new' })).toMatchObject({ ok: false, code: 'unauthorized' });
    expect(session.credentials.expiresAt).toBe(1_000);
  });

  it('must not be revoked, as far as ledger and session know', async () => {
    const inLedger = setUpClientEvents({ revokedBefore: 500 });
    expect(await inLedger.ask('token:refresh', { token: 'new' })).toMatchObject({ ok: false, code: 'unauthorized' });
    const withSignOut = setUpClientEvents();
    withSignOut.session.credentials.revokeBefore({ before: 500, erasedBefore: null });
    expect(await withSignOut.ask('token:refresh', { token: 'new' })).toMatchObject({ ok: false, code: 'unauthorized' });
    expect([inLedger.session, withSignOut.session].map(({ credentials }) => credentials.expiresAt)).toEqual([
      1_000, 1_000,
    ]);
    const later = setUpClientEvents();
    later.session.credentials.revokeBefore({ before: 499, erasedBefore: null });
    expect(await later.ask('token:refresh', { token: 'new' })).toEqual({ ok: true });
    expect(later.session.credentials.issuedAt).toBe(500);
  });

  it('must be valid', async () => {
    const { ask, session } = setUpClientEvents({
      verify: async () => {
        throw new CodedError('token_expired', 'too late');
      },
    });
    expect(await ask('token:refresh', { token: 'old' })).toMatchObject({ code: 'token_expired', retryable: true });
    expect(await ask('token:refresh', {})).toMatchObject({ code: 'invalid_payload' });
    expect(session.credentials.expiresAt).toBe(1_000);
  });
});

describe('[limits] a client that sends too much', () => {
  it('is answered rate_limited, and taken again as it calms down', async () => {
    const { ask, clock, radii } = setUpClientEvents();
    const set = () => ask('radius:set', { meters: 500 });
    for (let i = 0; i < EVENTS_BURST; i++) expect(await set()).toMatchObject({ ok: true });
    expect(await set()).toMatchObject({ ok: false, code: 'rate_limited', retryable: true });
    expect(radii).toHaveLength(EVENTS_BURST);
    clock.advance(1_000);
    expect(await set()).toMatchObject({ ok: true });
  });

  it.each([
    ['events', 'radius:set', { meters: 500 }],
    ['junk instead of positions', 'location:update', { lat: 91 }],
  ])(
    'and goes on with %s is closed, once, and whatever it had sent by then is not taken',
    async (_, event, payload) => {
      const { clock, radii, receive, taken, transport, metric } = setUpClientEvents();
      for (let i = 0; i < 10 * FORGIVEN; i++) receive(event, [payload]);
      await nextTurn();
      expect(transport.disconnects).toBe(1);
      expect(await metric('nearby_connections_closed_for_abuse_total')).toBe(1);
      const count = radii.length + taken.length;
      expect(count).toBeLessThanOrEqual(EVENTS_BURST);
      clock.advance(60_000);
      receive(event, [payload]);
      await nextTurn();
      expect(radii.length + taken.length).toBe(count);
    },
  );

  it('and goes on with positions is closed once they are more than any phone has buffered', async () => {
    const { receive, taken, transport } = setUpClientEvents();
    for (let i = 0; i < MAX_CONFLATED + FORGIVEN; i++) receive('location:update', [PLACE]);
    await nextTurn();
    expect([transport.disconnects, taken.length]).toEqual([0, 1]);
    for (let i = 0; i < FORGIVEN; i++) receive('location:update', [PLACE]);
    await nextTurn();
    expect(transport.disconnects).toBe(1);
  });

  it('and does not read the answers is closed before they pile up', async () => {
    const { clock, receive, transport } = setUpClientEvents();
    transport.writable = false;
    let answers = 0;
    const report = async () => {
      receive('location:update', [{ lat: 1, lng: 2 }, () => answers++]);
      await nextTurn();
      clock.advance(1_000);
    };
    for (let i = 0; i < EVENTS_BURST + MAX_UNREAD_ACKS; i++) await report();
    expect(transport.cutOffs).toBe(0);
    await report();
    expect(transport.cutOffs).toBe(1);
    expect(answers).toBe(EVENTS_BURST + MAX_UNREAD_ACKS);
  });

  it('and reads now and then is not', async () => {
    const { clock, receive, transport } = setUpClientEvents();
    for (let i = 0; i < 200; i++) {
      transport.writable = i % 50 === 0;
      receive('location:update', [{ lat: 1, lng: 2 }, () => undefined]);
      await nextTurn();
      clock.advance(1_000);
    }
    expect([transport.cutOffs, transport.disconnects]).toEqual([0, 0]);
  });

  it('is not closed for a few refusals in every while', async () => {
    const { clock, receive, transport } = setUpClientEvents();
    for (let i = 0; i < 10 * FORGIVEN; i++) {
      receive('nothing', []);
      clock.advance(1_000);
      await nextTurn();
    }
    expect(transport.disconnects).toBe(0);
  });

  it('is closed for nonsense as well', async () => {
    const { ask, clock, transport } = setUpClientEvents();
    // Slowly enough for the rate, but without an end.
    for (let i = 0; i < FORGIVEN; i++) {
      await ask('location:update', 'nonsense');
      await ask('location:update', 'nonsense');
      clock.advance(200);
      if (transport.disconnects > 0) break;
    }
    expect(transport.disconnects).toBe(1);
  });

  it('is not closed because a part of the service is away', async () => {
    const { ask, transport } = setUpClientEvents({
      eventsBurst: 10 * FORGIVEN,
      receivePosition: async () => {
        throw new CodedError('unavailable', 'in a moment');
      },
    });
    for (let i = 0; i < 3 * FORGIVEN; i++) {
      expect(await ask('location:update', PLACE)).toMatchObject({ code: 'unavailable', retryable: true });
    }
    expect(transport.disconnects).toBe(0);
  });
});
