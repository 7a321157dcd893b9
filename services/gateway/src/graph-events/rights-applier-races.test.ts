import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { GraphEvent } from '@nearby-friends/protocol';
import { EXACT, type Viewer } from '../test-support/nearby-world.ts';
import { OpeningWorld } from '../test-support/opening-world.ts';
import { REREAD_WINDOW_MS } from './rights-applier.ts';

let world: OpeningWorld;
let ann: Viewer;

beforeEach(async () => {
  world = new OpeningWorld();
  world.befriend('ann', 'ben');
  world.isActive('ben', 10);
  ann = await world.connect('ann');
  expect(await world.sent(ann)).toEqual(['[ben@10]']);
});

/** The second look before sending is not to be needed: whatever it had to stop went wrong before. */
afterEach(async () => {
  expect(await world.nearby.metrics.metric('nearby_post_revocation_deliveries_total')).toBe(0);
});

describe('[G4] what was read before a right ended, and comes after', () => {
  it('does not bring it back: an answer', async () => {
    world.beforeResponse = (question) => {
      world.beforeResponse = () => undefined;
      if (question === 'friends') world.hear(world.setEdge('ann', 'ben', null));
    };
    await world.opener.reopen(ann.session);
    expect(await world.sent(ann)).toEqual(['-ben']);
    world.nearby.report('ben', 20);
    expect(await world.sent(ann)).toEqual([]);
  });

  it('does not bring it back: an answer of which the entries are still being read', async () => {
    world.befriend('ann', 'cho');
    world.isActive('cho', 30);
    world.beforeResponse = (question) => {
      if (question !== 'entry') return;
      world.beforeResponse = () => undefined;
      world.hear(world.setEdge('ann', 'cho', null));
    };
    await world.opener.reopen(ann.session);
    expect(await world.sent(ann)).toEqual([]);
  });

  it('does not bring it back: the answer of a session that is just opening', async () => {
    world.befriend('dan', 'ben');
    world.beforeResponse = (question) => {
      if (question === 'entry') world.hear(world.setEdge('dan', 'ben', null), world.setSharing('ben', true));
    };
    const dan = await world.connect('dan');
    expect(await world.sent(dan)).toEqual(['[]']);
  });

  it('does not bring it back: the first answer of all, which says of which epoch the database is', async () => {
    world = new OpeningWorld();
    world.befriend('ann', 'ben');
    world.isActive('ben', 10);
    world.beforeResponse = (question) => {
      world.beforeResponse = () => undefined;
      if (question === 'friends') world.hear(world.setEdge('ann', 'ben', null));
    };
    const connecting = world.connect('ann');
    await nextTurn();
    world.nearby.clock.advance(1_000);
    const first = await connecting;
    expect(await world.sent(first)).toEqual(['[]']);
    world.nearby.report('ben', 20);
    expect(await world.sent(first)).toEqual([]);
  });

  it('shows no friend who has paused while a session was opening', async () => {
    world.befriend('dan', 'eve');
    world.isActive('eve', 20);
    world.beforeResponse = (question) => {
      if (question === 'entry') world.hear(world.setSharing('eve', true));
    };
    const dan = await world.connect('dan');
    expect(await world.sent(dan)).toEqual(['[]']);
  });

  it('does not bring it back: an announcement', async () => {
    const version = world.nearby.nextVersion();
    world.hear(world.setEdge('ann', 'cho', null));
    world.announce('ann', 'cho', 30, { version });
    expect(await world.sent(ann)).toEqual([]);
  });

  it('does not end what was granted again meanwhile', async () => {
    const gone = world.setEdge('ann', 'ben', null);
    world.beforeResponse = async () => {
      world.beforeResponse = () => undefined;
      // The answer knows of no edge; by the time it comes there is a new one, and it has taken effect.
      world.hear(gone, world.setEdge('ann', 'ben', EXACT));
      for (let i = 0; i < 10; i++) await nextTurn();
    };
    await world.opener.reopen(ann.session);
    await world.sent(ann);
    expect([...ann.list.friends.keys()]).toEqual(['ben']);
    expect(ann.session.watches.friends()).toEqual(['ben']);
  });

  it('neither pauses nor resumes a friend', async () => {
    const paused = world.setSharing('ben', true);
    world.beforeResponse = () => {
      world.beforeResponse = () => undefined;
      world.hear(paused, world.setSharing('ben', false));
    };
    await world.opener.reopen(ann.session);
    // From the next report on: what came before the end of the pause stays withheld.
    world.nearby.report('ben', 10, world.boundary());
    await world.sent(ann);
    expect([...ann.list.friends.keys()]).toEqual(['ben']);
    world.beforeResponse = () => {
      world.beforeResponse = () => undefined;
      world.hear(world.setSharing('ben', true));
    };
    await world.opener.reopen(ann.session);
    expect(await world.sent(ann)).toEqual(['-ben']);
  });
});

describe('[G5] after events may have been missed', () => {
  it('a session is sent nothing until its rights have been read again', async () => {
    let answer: () => void = () => undefined;
    world.beforeResponse = (question) => {
      if (question === 'entry') return undefined;
      return new Promise<void>((resolve) => {
        answer = resolve;
      });
    };
    world.unfriend('ann', 'ben');
    world.applier.onMissed();
    world.nearby.report('ben', 20);
    expect(await world.sent(ann)).toEqual([]);
    answer();
    expect(await world.sent(ann)).toEqual(['-ben']);
    expect(await world.nearby.metrics.metric('nearby_rights_rebuilds_total')).toBe(1);
  });

  it('an event that comes late, of before the answer, does not keep a former friend', async () => {
    const late = world.setEdge('ann', 'ben', { precision: 'approximate', until: null });
    world.setEdge('ann', 'ben', null);
    world.beforeResponse = () => {
      world.beforeResponse = () => undefined;
      world.hear(late);
    };
    // Both events were missed, and the relay sends one of them again.
    world.applier.onMissed();
    expect(await world.sent(ann)).toEqual(['-ben']);
    world.nearby.report('ben', 20);
    expect(await world.sent(ann)).toEqual([]);
    expect(ann.session.watches.friends()).toEqual([]);
  });

  it('an answer to a question asked before does not count', async () => {
    world.beforeResponse = (question) => {
      if (question !== 'friends') return;
      world.beforeResponse = () => undefined;
      // Read by then, and gone in an event that is never received.
      world.unfriend('ann', 'ben');
      world.applier.onMissed();
    };
    await world.opener.reopen(ann.session);
    expect(await world.sent(ann)).toEqual(['-ben']);
    expect(ann.session.confirmedIn).toBe(world.nearby.ledger.generation);
  });

  it('an answer whose entries were still being read does not count either, however late they come', async () => {
    world.befriend('ann', 'cho');
    world.isActive('cho', 30);
    const late: (() => void)[] = [];
    world.beforeResponse = (question) =>
      question === 'entry' ? new Promise<void>((resolve) => late.push(resolve)) : undefined;
    const reopened = world.opener.reopen(ann.session);
    await nextTurn();
    world.beforeResponse = () => undefined;
    world.unfriend('ann', 'cho');
    world.applier.onMissed();
    for (let i = 0; i < 5; i++) await nextTurn();
    for (const resolve of late) resolve();
    await reopened;
    expect(await world.sent(ann)).toEqual([]);
    expect(ann.session.watches.friends()).toEqual(['ben']);
  });

  it('an announcement is not taken at its word for a while', async () => {
    world.applier.onMissed();
    await world.sent(ann);
    world.announce('ann', 'cho', 30);
    expect(await world.sent(ann)).toEqual([]);
    world.befriend('ann', 'cho');
    world.isActive('cho', 30);
    world.announce('ann', 'cho', 30);
    expect(await world.sent(ann)).toEqual(['+cho@30']);
    world.nearby.clock.advance(REREAD_WINDOW_MS + 1);
    world.announce('ann', 'eve', 40);
    expect(await world.sent(ann)).toEqual(['+eve@40']);
  });

  it.each([
    ['at that place, or after it: nothing is asked', { epoch: 'now', last: '7' }, ['+cho@30']],
    ['before it', { epoch: 'now', last: '6' }, []],
    ['in another epoch', { epoch: 'before', last: '9' }, []],
  ])('nor one whose rights were read before that; read %s', async (_, asOf, told) => {
    world.joinedAt = 7;
    world.applier.onMissed();
    await world.sent(ann);
    const before = world.log.length;
    world.announce('ann', 'cho', 30, { asOf });
    expect(await world.sent(ann)).toEqual(told);
    expect(world.log.slice(before).filter((line) => line === 'friends of ann')).toHaveLength(told.length === 0 ? 1 : 0);
  });

  it('again and again, one question after the other is asked, and the last one counts', async () => {
    const before = world.log.length;
    for (let i = 0; i < 50; i++) world.applier.onMissed();
    await world.sent(ann);
    expect(ann.session.confirmedIn).toBe(world.nearby.ledger.generation);
    expect(world.log.slice(before).filter((line) => line === 'friends of ann').length).toBeLessThan(4);
  });

  it.each<[what: string, payload: Buffer]>([
    ['of another version', Buffer.from('{"kind":"of another version"}')],
    ['that is broken', Buffer.from('')],
  ])('an entry %s is taken for one that was missed', async (_, payload) => {
    world.unfriend('ann', 'ben');
    world.applier.onEntries([{ id: '1-0', payload }]);
    expect(await world.sent(ann)).toEqual(['-ben']);
    expect(await world.nearby.metrics.metric('nearby_malformed_messages_total')).toBe(1);
  });

  it('and when more has changed than single events carry, everything is read again, once', async () => {
    world.unfriend('ann', 'ben');
    const reread: GraphEvent = { kind: 'reread', version: world.nearby.nextVersion() };
    world.hear(reread, reread);
    expect(await world.sent(ann)).toEqual(['-ben']);
    world.hear(reread);
    expect(await world.nearby.metrics.metric('nearby_rights_rebuilds_total')).toBe(1);
  });
});
