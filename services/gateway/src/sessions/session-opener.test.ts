import { setImmediate as nextTurn } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { inboxChannel, inboxMessageCodec, locationKey, parseUserId } from '@nearby-friends/protocol';
import { LEAVE_GRACE_MS } from '../friends/friend-channels.ts';
import { EXACT, HIDDEN, inShort, north, type Viewer } from '../test-support/nearby-world.ts';
import { OpeningWorld } from '../test-support/opening-world.ts';

const RETRY_MAX_MS = 2_000;
const FAILURES = 8;
const BEN = parseUserId('ben');

let world: OpeningWorld;
let ann: Viewer;

function isActive(user: string, meters: number): void {
  world.nearby.entries.set(parseUserId(user), { at: world.nearby.now(), position: north(meters) });
}

function announce(user: string, meters: number, grant = EXACT): boolean {
  const at = world.nearby.now();
  const subject = parseUserId(user);
  const version = world.nearby.nextVersion();
  const message = {
    kind: 'friend-active',
    subject,
    grant,
    version,
    sharing: null,
    at,
    position: north(meters),
  } as const;
  return world.nearby.channels.publish(inboxChannel(parseUserId('ann')), inboxMessageCodec.encode(message));
}

async function sent(viewer = ann): Promise<string[]> {
  await nextTurn();
  world.nearby.flush();
  return inShort(viewer.read());
}

beforeEach(() => {
  world = new OpeningWorld();
  ann = world.nearby.viewer('ann', 0);
});

describe('a session that opens', () => {
  it('[S1] watches its active friends only, and is sent those who are near, sorted', async () => {
    for (const friend of ['ben', 'cho', 'dan', 'eve']) world.befriend('ann', friend);
    isActive('ben', 700);
    isActive('cho', 20_000);
    isActive('dan', 300);
    await world.opener.open(ann.session, Promise.resolve());
    expect(world.nearby.channels.channels).toEqual(
      [inboxChannel(parseUserId('ann')), ...['ben', 'cho', 'dan'].map((user) => locationKey(parseUserId(user)))].sort(),
    );
    expect(await sent()).toEqual(['[dan@300 ben@700]']);
    expect(await world.nearby.metrics.metric('nearby_sign_on_seconds')).toBe(1);
  });

  it('[S2] subscribes its inbox before it reads, and reads after its own position has been kept', async () => {
    world.befriend('ann', 'ben');
    let keep: () => void = () => undefined;
    const kept = new Promise<void>((resolve) => {
      keep = resolve;
    });
    const opened = world.opener.open(ann.session, kept);
    await nextTurn();
    expect(world.log).toEqual(['subscribe inbox:{ann}']);
    keep();
    await opened;
    expect(world.log).toEqual(['subscribe inbox:{ann}', 'friends of ann', 'entry of ben']);
  });

  it('[S2] misses no friend who becomes active meanwhile', async () => {
    world.befriend('ann', 'ben');
    world.beforeResponse = (question) => {
      if (question === 'entry') expect(announce('ben', 500)).toBe(true);
    };
    await world.opener.open(ann.session, Promise.resolve());
    expect(await sent()).toEqual(['[ben@500]']);
  });

  it('is sent nothing before it has read all its friends', async () => {
    world.befriend('ann', 'ben');
    isActive('ben', 10);
    world.nearby.channels.confirmsAtOnce = false;
    const opened = world.opener.open(ann.session, Promise.resolve());
    world.nearby.channels.confirmAll();
    expect(await sent()).toEqual([]);
    expect(ann.session.phase.kind).toBe('opening');
    world.nearby.channels.confirmAll();
    await opened;
    expect(await sent()).toEqual(['[ben@10]']);
  });

  it('does not put users on their own list', async () => {
    world.befriend('ann', 'ann');
    isActive('ann', 0);
    await world.opener.open(ann.session, Promise.resolve());
    announce('ann', 0);
    expect(await sent()).toEqual(['[]']);
    expect(world.nearby.friendChannels.size).toBe(0);
  });

  it('uses the radius of the profile', async () => {
    world.befriend('ann', 'ben');
    isActive('ben', 900);
    world.radiusMeters = 800;
    await world.opener.open(ann.session, Promise.resolve());
    expect(await sent()).toEqual(['[]']);
    expect(ann.list.radiusMeters).toBe(800);
  });

  it('keeps a radius that was set while the profile was read', async () => {
    world.beforeResponse = () => {
      world.nearby.setRadius(ann.session, 500);
    };
    await world.opener.open(ann.session, Promise.resolve());
    expect(ann.session.radiusMeters).toBe(500);
  });

  it('tries again, with growing pauses, until it is answered', async () => {
    world.befriend('ann', 'ben');
    isActive('ben', 10);
    world.failures = FAILURES;
    const { clock } = world.nearby;
    const startedAt = clock.now();
    const opened = world.opener.open(ann.session, Promise.resolve());
    const askedAt: number[] = [];
    while (askedAt.length <= FAILURES) {
      await nextTurn();
      const questions = world.log.filter((line) => line === 'friends of ann').length;
      if (questions > askedAt.length) askedAt.push(clock.now() - startedAt);
      clock.advance(50);
    }
    await opened;
    const pauses = askedAt.slice(1).map((at, i) => at - (askedAt[i] ?? 0));
    expect(pauses).toHaveLength(FAILURES);
    for (const [i, pause] of pauses.entries()) {
      const wanted = Math.min(100 * 2 ** i, RETRY_MAX_MS);
      expect(pause).toBeGreaterThanOrEqual(wanted);
      expect(pause).toBeLessThanOrEqual(wanted + 100);
    }
    expect(await sent()).toEqual(['[ben@10]']);
  });
});

describe('[S3] a session that ends while it opens leaves nothing behind', () => {
  async function expectNothing(): Promise<void> {
    await nextTurn();
    world.nearby.clock.advance(LEAVE_GRACE_MS + RETRY_MAX_MS);
    await nextTurn();
    expect(world.nearby.channels.channels).toEqual([]);
    expect(world.nearby.board.size).toBe(0);
    expect(world.inboxes.size).toBe(0);
    expect(ann.transport.frames).toEqual([]);
    expect(ann.session.isClosed).toBe(true);
    // The wheel and the flushing.
    expect(world.nearby.clock.pending).toBe(2);
  }

  it.each(['friends', 'entry'] as const)('while it asks for %s', async (question) => {
    world.befriend('ann', 'ben');
    isActive('ben', 10);
    world.beforeResponse = (asked) => {
      if (asked === question) world.end(ann.session);
    };
    await world.opener.open(ann.session, Promise.resolve());
    await expectNothing();
  });

  it('while its inbox or a friend’s channel is being subscribed', async () => {
    world.befriend('ann', 'ben');
    isActive('ben', 10);
    world.nearby.channels.confirmsAtOnce = false;
    const opened = world.opener.open(ann.session, Promise.resolve());
    world.end(ann.session);
    await opened;
    await expectNothing();

    ann = world.nearby.viewer('ann', 0);
    const again = world.opener.open(ann.session, Promise.resolve());
    world.nearby.channels.confirmAll();
    await nextTurn();
    expect(world.nearby.channels.channels).toContain(locationKey(BEN));
    world.end(ann.session);
    world.nearby.clock.advance(LEAVE_GRACE_MS);
    await again;
    await expectNothing();
  });

  it('while it waits to try again', async () => {
    world.failures = Number.POSITIVE_INFINITY;
    const opened = world.opener.open(ann.session, Promise.resolve());
    await nextTurn();
    world.end(ann.session);
    world.nearby.clock.advance(RETRY_MAX_MS);
    await opened;
    await expectNothing();
  });
});

describe('[S4] a session that is opened again after a loss', () => {
  beforeEach(async () => {
    world.befriend('ann', 'ben');
    isActive('ben', 10);
    await world.opener.open(ann.session, Promise.resolve());
    expect(await sent()).toEqual(['[ben@10]']);
  });

  it('finds friends whose activation was lost, and is sent only those', async () => {
    world.befriend('ann', 'cho');
    isActive('cho', 20);
    await world.opener.reopen(ann.session);
    expect(await sent()).toEqual(['+cho@20']);
  });

  it('drops who is no friend any more, and takes over new rights', async () => {
    world.befriend('ann', 'cho');
    isActive('cho', 20);
    await world.opener.reopen(ann.session);
    await sent();
    world.unfriend('ann', 'ben');
    world.unfriend('ann', 'cho');
    world.befriend('ann', 'cho', HIDDEN);
    await world.opener.reopen(ann.session);
    expect((await sent()).map((text) => text.split(' ').sort())).toEqual([['-ben', '-cho']]);
    expect(ann.session.watches.friends()).toEqual([]);
  });

  it('keeps a friend whose entry is gone: what is known here counts until its TTL', async () => {
    world.nearby.entries.clear();
    await world.opener.reopen(ann.session);
    expect(await sent()).toEqual([]);
    expect(ann.list.friends.size).toBe(1);
  });

  it('keeps a friend who was made while it asked, though the answer does not know yet', async () => {
    world.beforeResponse = (question) => {
      if (question === 'friends') announce('cho', 30);
    };
    await world.opener.reopen(ann.session);
    expect(await sent()).toEqual(['+cho@30']);
    expect(await sent()).toEqual([]);
  });
});
