import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Rpc } from '@nearby-friends/bus';
import { CodedError, encodePositionBody, type Position, parseUserId } from '@nearby-friends/protocol';
import { RightsWatch } from '@nearby-friends/visibility';
import { AlertPreparation, type DueAlert } from './alert-preparation.ts';

const NOW = 1_800_000_000_000;
const [VIEWER, BEN] = [parseUserId('viewer'), parseUserId('ben')];
const near: DueAlert = { kind: 'near', viewer: VIEWER, about: BEN };
const requested: DueAlert = { kind: 'requested', viewer: VIEWER, about: BEN, noticeId: '1' };
/** Some 111.2 m for each thousandth. */
const place = (thousandths: number): Position => ({ lat: 50 + thousandths / 1000, lng: 8 });

let world: {
  edges: string;
  places: Record<string, Position>;
  chosen: { radiusMeters: number; quiet: unknown; muted: string[] } | null;
  isPageVisible: boolean;
  areRightsCurrent: boolean;
  noticeName: string | null;
  onRead: () => void;
};
let rights: RightsWatch;
let preparation: AlertPreparation;

function entryOf(position: Position): Buffer {
  const header = Buffer.alloc(18);
  header[0] = 1;
  header.writeDoubleBE(NOW - 1_000, 10);
  return Buffer.concat([header, encodePositionBody(position)]);
}

beforeEach(() => {
  world = {
    edges: 'ben e 1 -',
    places: { viewer: place(0), ben: place(1) },
    chosen: { radiusMeters: 500, quiet: null, muted: [] },
    isPageVisible: false,
    areRightsCurrent: true,
    noticeName: 'Ben',
    onRead: () => undefined,
  };
  rights = new RightsWatch({ metrics: { malformedMessages: { inc: () => undefined } } });
  const responses: Record<string, (request: { users?: string[] }) => unknown> = {
    'alert-settings-of': () => ({ chosen: world.chosen ? [{ user: VIEWER, ...world.chosen }] : [] }),
    'friends-of': () => ({ viewers: [{ viewer: VIEWER, edges: world.edges }], epoch: { id: 'e', began: 1 } }),
    'read-active': ({ users = [] }) =>
      users.flatMap((user) => {
        const position = world.places[user];
        return position ? [{ user, entry: entryOf(position) }] : [];
      }),
    'names-of': () => ({ names: [{ id: BEN, displayName: 'Ben' }] }),
    'name-for-notice': () => ({ displayName: world.noticeName }),
  };
  const call = async ({ name }: { name: string }, request: { users?: string[] }) => {
    world.onRead();
    const response = responses[name];
    if (!response) throw new CodedError('unavailable', name);
    return response(request);
  };
  preparation = new AlertPreparation({
    rpc: { call: call as unknown as Rpc['call'] },
    rights,
    areRightsCurrent: () => world.areRightsCurrent,
    decisions: { isPageVisible: async () => world.isPageVisible },
    ttlMs: 600_000,
    redisNow: () => NOW,
  });
});

/** The content, and whether it may be sent when it is ready. */
const prepare = (due: DueAlert = near) =>
  preparation.whileAllowed(due, async (content, isStillAllowed) => ({ ...content, isAllowed: isStillAllowed() }));

describe('[P5] right before it is sent, an alert', () => {
  it('has the name of a friend who may be seen near, exactly or in the area', async () => {
    expect(await prepare()).toEqual({ kind: 'near', name: 'Ben', isAllowed: true });
    world.edges = 'ben a 1 -';
    world.chosen = { radiusMeters: 5_000, quiet: null, muted: [] };
    expect(await prepare()).toEqual({ kind: 'in-area', name: 'Ben', isAllowed: true });
  });

  it.each<[string, () => void]>([
    ['hides', () => (world.edges = '')],
    ['has paused', () => (world.edges = 'ben e 1 - t 1 -')],
    ['is gone', () => delete world.places['ben']],
    ['has left', () => (world.places['ben'] = place(6))],
    ['is muted', () => (world.chosen = { radiusMeters: 500, quiet: null, muted: ['ben'] })],
  ])('is none of a friend who %s', async (_what, change) => {
    change();
    expect(await prepare()).toBeNull();
  });

  it.each<[string, () => void]>([
    ['has turned alerts off', () => (world.chosen = null)],
    ['looks at the page', () => (world.isPageVisible = true)],
    [
      'has quiet hours',
      () => (world.chosen = { radiusMeters: 500, quiet: { from: '08:00', to: '07:59', tz: 'UTC' }, muted: [] }),
    ],
  ])('is none when the viewer %s', async (_what, change) => {
    change();
    expect([await prepare(), await prepare(requested)]).toEqual([null, null]);
  });

  it('is none of a request that does not hold any more', async () => {
    expect(await prepare(requested)).toEqual({ kind: 'requested', name: 'Ben', isAllowed: true });
    world.noticeName = null;
    expect(await prepare(requested)).toBeNull();
  });

  it('[G5] is not allowed any more when a right may have changed since it was read, or rights are not followed', async () => {
    world.onRead = () => rights.onMissed();
    expect(await prepare()).toMatchObject({ isAllowed: false });
    expect(await prepare(requested)).toMatchObject({ isAllowed: false });
    world.onRead = () => undefined;
    world.areRightsCurrent = false;
    expect(await prepare()).toMatchObject({ isAllowed: false });
  });
});
