import { setImmediate as nextTurn } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { type Grant, type GraphEvent, inboxChannel, inboxMessageCodec, parseUserId } from '@nearby-friends/protocol';
import { DISTRUST_MS } from './apply-rights.ts';
import { LEAVE_GRACE_MS } from './friend-channels.ts';
import { APPROXIMATE, EXACT, HIDDEN, inShort, north, type Viewer } from './test-support/nearby-world.ts';
import { OpeningWorld } from './test-support/opening-world.ts';

let world: OpeningWorld;
let ann: Viewer;

function isActive(user: string, meters: number): void {
  world.nearby.entries.set(parseUserId(user), { at: world.nearby.now(), position: north(meters) });
}

async function connect(name: string, meters = 0): Promise<Viewer> {
  const viewer = world.nearby.viewer(name, meters);
  viewer.session.confirmedIn = null;
  world.sessions.add(viewer.session);
  viewer.transport.onDisconnect = () => world.end(viewer.session);
  await world.opener.open(viewer.session, Promise.resolve());
  return viewer;
}

/** Ends everything that is under way, flushes, and says what was told. */
async function told(viewer = ann): Promise<string[]> {
  for (let i = 0; i < 5; i++) await nextTurn();
  world.nearby.flush();
  return inShort(viewer.read());
}

/** Friend-graph announces a friend to Ann; what it read may be older than what it says now. */
function announce(user: string, meters: number, { grant = EXACT, version = world.nearby.nextVersion() } = {}): void {
  const [subject, at] = [parseUserId(user), world.nearby.now()];
  const message = {
    kind: 'friend-active',
    subject,
    grant,
    version,
    sharing: null,
    at,
    position: north(meters),
  } as const;
  world.nearby.channels.publish(inboxChannel(parseUserId('ann')), inboxMessageCodec.encode(message));
}

beforeEach(async () => {
  world = new OpeningWorld();
  world.befriend('ann', 'ben');
  isActive('ben', 10);
  ann = await connect('ann');
  expect(await told()).toEqual(['[ben@10]']);
});

describe('[G5] an edge', () => {
  it.each<[how: string, grant: Grant | null]>([
    ['is gone', null],
    ['is hidden', HIDDEN],
    ['has ended', { precision: 'exact', until: 1 }],
  ])('that %s takes the friend off the list, and the subscription with it', async (_, grant) => {
    world.hear(world.setEdge('ann', 'ben', grant));
    world.nearby.report('ben', 20);
    expect(await told()).toEqual(['-ben']);
    world.nearby.clock.advance(LEAVE_GRACE_MS);
    expect(world.nearby.board.size).toBe(0);
  });

  it('that is narrowed to approximate shows the grid from now on', async () => {
    world.hear(world.setEdge('ann', 'ben', APPROXIMATE));
    await told();
    expect(ann.list.friends.get(parseUserId('ben'))).toMatchObject({ precision: 'approximate' });
  });

  it('that is made shows an active friend within a moment, on every device', async () => {
    const tablet = await connect('ann', 50);
    await told(tablet);
    isActive('cho', 30);
    world.hear(world.setEdge('ann', 'cho', EXACT));
    expect(await told()).toEqual(['+cho@30']);
    expect(inShort(tablet.read())).toEqual(['+cho@20']);
  });

  it('that is made shows no friend who has paused long ago: events do not say so, friend-graph does', async () => {
    isActive('cho', 30);
    world.setSharing('cho', true);
    world.hear(world.setEdge('ann', 'cho', EXACT));
    expect(await told()).toEqual([]);
    world.hear(world.setSharing('cho', false));
    expect(await told()).toEqual(['+cho@30']);
  });

  it('[G4] counts by its version: twice is once, and an older one changes nothing', async () => {
    const made = world.setEdge('ann', 'ben', APPROXIMATE);
    const gone = world.setEdge('ann', 'ben', null);
    world.hear(gone, gone, made);
    expect(await told()).toEqual(['-ben']);
    world.hear(made);
    expect(await told()).toEqual([]);
    expect(await world.nearby.metrics.metric('graph_events_applied_total')).toBe(1);
    expect(await world.nearby.metrics.metric('graph_events_ignored_total')).toBe(3);
  });

  it('of somebody else changes nothing here', async () => {
    world.hear(world.setEdge('ben', 'ann', null), world.setEdge('dan', 'ben', HIDDEN));
    expect(await told()).toEqual([]);
  });
});

describe('[G4] what was read before a right ended, and comes after', () => {
  it('does not bring it back: an answer', async () => {
    world.whileAsking = (question) => {
      world.whileAsking = () => undefined;
      if (question === 'friends') world.hear(world.setEdge('ann', 'ben', null));
    };
    await world.opener.reopen(ann.session);
    expect(await told()).toEqual(['-ben']);
    world.nearby.report('ben', 20);
    expect(await told()).toEqual([]);
  });

  it('does not bring it back: an answer of which the entries are still being read', async () => {
    world.befriend('ann', 'cho');
    isActive('cho', 30);
    world.whileAsking = (question) => {
      if (question !== 'entry') return;
      world.whileAsking = () => undefined;
      world.hear(world.setEdge('ann', 'cho', null));
    };
    await world.opener.reopen(ann.session);
    expect(await told()).toEqual([]);
  });

  it('does not bring it back: the answer of a session that is just opening', async () => {
    world.befriend('dan', 'ben');
    world.whileAsking = (question) => {
      if (question === 'entry') world.hear(world.setEdge('dan', 'ben', null), world.setSharing('ben', true));
    };
    const dan = await connect('dan');
    expect(await told(dan)).toEqual(['[]']);
  });

  it('does not bring it back: an announcement', async () => {
    const version = world.nearby.nextVersion();
    world.hear(world.setEdge('ann', 'cho', null));
    announce('cho', 30, { version });
    expect(await told()).toEqual([]);
  });

  it('does not end what was begun anew meanwhile', async () => {
    const gone = world.setEdge('ann', 'ben', null);
    world.whileAsking = (question) => {
      world.whileAsking = () => undefined;
      if (question !== 'friends') return;
      // The answer knows of no edge; by the time it comes there is a new one.
      world.hear(gone, world.setEdge('ann', 'ben', EXACT));
    };
    await world.opener.reopen(ann.session);
    for (let i = 0; i < 3; i++) await told();
    expect([...ann.list.friends.keys()]).toEqual(['ben']);
  });

  it('pauses nobody anew and resumes nobody', async () => {
    const paused = world.setSharing('ben', true);
    world.whileAsking = () => {
      world.whileAsking = () => undefined;
      world.hear(paused, world.setSharing('ben', false));
    };
    await world.opener.reopen(ann.session);
    await told();
    expect([...ann.list.friends.keys()]).toEqual(['ben']);
    world.whileAsking = () => {
      world.whileAsking = () => undefined;
      world.hear(world.setSharing('ben', true));
    };
    await world.opener.reopen(ann.session);
    expect(await told()).toEqual(['-ben']);
  });
});

describe('[G5] after events may have been missed', () => {
  it('nobody is told anything until the session’s rights have been read anew', async () => {
    let answer: () => void = () => undefined;
    world.whileAsking = (question) => {
      if (question === 'entry') return undefined;
      return new Promise<void>((resolve) => {
        answer = resolve;
      });
    };
    world.unfriend('ann', 'ben');
    world.applier.onMissed();
    world.nearby.report('ben', 20);
    expect(await told()).toEqual([]);
    answer();
    expect(await told()).toEqual(['-ben']);
    expect(await world.nearby.metrics.metric('rights_missed_total')).toBe(1);
  });

  it('an answer to a question asked before does not count', async () => {
    world.whileAsking = (question) => {
      if (question !== 'friends') return;
      world.whileAsking = () => undefined;
      // Read by then, and gone in an event that nobody will ever hear.
      world.unfriend('ann', 'ben');
      world.applier.onMissed();
    };
    await world.opener.reopen(ann.session);
    expect(await told()).toEqual(['-ben']);
    expect(ann.session.confirmedIn).toBe(world.nearby.ledger.generation);
  });

  it('an answer whose entries were still being read does not count either, however late they come', async () => {
    world.befriend('ann', 'cho');
    isActive('cho', 30);
    const late: (() => void)[] = [];
    world.whileAsking = (question) =>
      question === 'entry' ? new Promise<void>((resolve) => late.push(resolve)) : undefined;
    const reopened = world.opener.reopen(ann.session);
    await nextTurn();
    world.whileAsking = () => undefined;
    world.unfriend('ann', 'cho');
    world.applier.onMissed();
    for (let i = 0; i < 5; i++) await nextTurn();
    for (const resolve of late) resolve();
    await reopened;
    expect(await told()).toEqual([]);
    expect([...ann.session.watches.keys()]).toEqual(['ben']);
  });

  it('an announcement is not taken at its word for a while', async () => {
    world.applier.onMissed();
    await told();
    announce('cho', 30);
    expect(await told()).toEqual([]);
    world.befriend('ann', 'cho');
    isActive('cho', 30);
    announce('cho', 30);
    expect(await told()).toEqual(['+cho@30']);
    world.nearby.clock.advance(DISTRUST_MS + 1);
    announce('eve', 40);
    expect(await told()).toEqual(['+eve@40']);
  });

  it('again and again, one question after the other is asked, and the last one counts', async () => {
    const before = world.log.length;
    for (let i = 0; i < 50; i++) world.applier.onMissed();
    await told();
    expect(ann.session.confirmedIn).toBe(world.nearby.ledger.generation);
    expect(world.log.slice(before).filter((line) => line === 'friends of ann').length).toBeLessThan(4);
  });

  it.each<[what: string, payload: Buffer]>([
    ['of another version', Buffer.from('{"kind":"of another version"}')],
    ['that is broken', Buffer.from('')],
  ])('an entry %s is taken for one that was missed', async (_, payload) => {
    world.unfriend('ann', 'ben');
    world.applier.onEntries([{ id: '1-0', payload }]);
    expect(await told()).toEqual(['-ben']);
    expect(await world.nearby.metrics.metric('malformed_messages_total')).toBe(1);
  });

  it('and when more has changed than is told one by one, everything is read anew, once', async () => {
    world.unfriend('ann', 'ben');
    const reread: GraphEvent = { kind: 'reread', version: world.nearby.nextVersion() };
    world.hear(reread, reread);
    expect(await told()).toEqual(['-ben']);
    world.hear(reread);
    expect(await world.nearby.metrics.metric('rights_missed_total')).toBe(1);
  });
});

describe('a radius', () => {
  it('that is set elsewhere counts on all devices, by its version', async () => {
    const user = parseUserId('ann');
    const [first, second] = [500, 700].map((radiusMeters): GraphEvent => {
      return { kind: 'radius', version: world.nearby.nextVersion(), user, radiusMeters };
    }) as [GraphEvent, GraphEvent];
    world.hear(second);
    expect(await told()).toEqual(['[ben@10]']);
    world.hear(first);
    expect(await told()).toEqual([]);
    expect(ann.list.radiusMeters).toBe(700);
    await world.opener.reopen(ann.session);
    expect(ann.session.radiusMeters).toBe(700);
  });
});

describe('signing out everywhere', () => {
  const signOut = (before: number): GraphEvent => {
    return { kind: 'signed-out', version: world.nearby.nextVersion(), user: parseUserId('ann'), before };
  };

  it('closes whoever came with an older token, or with one that does not say', async () => {
    const old = await connect('ann');
    old.session.tokenIssuedAt = 100;
    const fresh = await connect('ann');
    fresh.session.tokenIssuedAt = 101;
    const other = await connect('dan');
    world.hear(signOut(100));
    expect([ann, old, fresh, other].map(({ session }) => session.isClosed)).toEqual([true, true, false, false]);
  });

  it('is heard of by who opens a session later, too', async () => {
    world.signedOutBefore = 100;
    const late = world.nearby.viewer('ann', 0);
    late.session.tokenIssuedAt = 100;
    late.transport.onDisconnect = () => world.end(late.session);
    await world.opener.open(late.session, Promise.resolve());
    expect(late.session.isClosed).toBe(true);
    expect(await told(late)).toEqual([]);
  });
});

describe('a user who is erased', () => {
  it('leaves every list, and whatever was said of edges before is void', async () => {
    const version = world.nearby.nextVersion();
    world.hear({ kind: 'erased', version: world.nearby.nextVersion(), user: parseUserId('ben'), before: 100 });
    world.nearby.report('ben', 20);
    expect(await told()).toEqual(['-ben']);
    announce('ben', 30, { version });
    expect(await told()).toEqual([]);
    announce('ben', 30);
    expect(await told()).toEqual(['+ben@30']);
  });

  it('is closed, and sees nobody any more', async () => {
    world.hear({ kind: 'erased', version: world.nearby.nextVersion(), user: parseUserId('ann'), before: 100 });
    expect(ann.session.isClosed).toBe(true);
    expect(await told()).toEqual([]);
  });
});
