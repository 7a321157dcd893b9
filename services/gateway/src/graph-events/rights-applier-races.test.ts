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
  expect(await world.told(ann)).toEqual(['[ben@10]']);
});

/** The second look before sending is not to be needed: whatever it had to stop went wrong before. */
afterEach(async () => {
  expect(await world.nearby.metrics.metric('nearby_post_revocation_deliveries_total')).toBe(0);
});

describe('[G4] what was read before a right ended, and comes after', () => {
  it('does not bring it back: an answer', async () => {
    world.whileAsking = (question) => {
      world.whileAsking = () => undefined;
      if (question === 'friends') world.hear(world.setEdge('ann', 'ben', null));
    };
    await world.opener.reopen(ann.session);
    expect(await world.told(ann)).toEqual(['-ben']);
    world.nearby.report('ben', 20);
    expect(await world.told(ann)).toEqual([]);
  });

  it('does not bring it back: an answer of which the entries are still being read', async () => {
    world.befriend('ann', 'cho');
    world.isActive('cho', 30);
    world.whileAsking = (question) => {
      if (question !== 'entry') return;
      world.whileAsking = () => undefined;
      world.hear(world.setEdge('ann', 'cho', null));
    };
    await world.opener.reopen(ann.session);
    expect(await world.told(ann)).toEqual([]);
  });

  it('does not bring it back: the answer of a session that is just opening', async () => {
    world.befriend('dan', 'ben');
    world.whileAsking = (question) => {
      if (question === 'entry') world.hear(world.setEdge('dan', 'ben', null), world.setSharing('ben', true));
    };
    const dan = await world.connect('dan');
    expect(await world.told(dan)).toEqual(['[]']);
  });

  it('shows nobody who has paused while a session was just opening', async () => {
    world.befriend('dan', 'eve');
    world.isActive('eve', 20);
    world.whileAsking = (question) => {
      if (question === 'entry') world.hear(world.setSharing('eve', true));
    };
    const dan = await world.connect('dan');
    expect(await world.told(dan)).toEqual(['[]']);
  });

  it('does not bring it back: an announcement', async () => {
    const version = world.nearby.nextVersion();
    world.hear(world.setEdge('ann', 'cho', null));
    world.announce('ann', 'cho', 30, { version });
    expect(await world.told(ann)).toEqual([]);
  });

  it('does not end what was begun anew meanwhile', async () => {
    const gone = world.setEdge('ann', 'ben', null);
    world.whileAsking = async () => {
      world.whileAsking = () => undefined;
      // The answer knows of no edge; by the time it comes there is a new one, and it has taken effect.
      world.hear(gone, world.setEdge('ann', 'ben', EXACT));
      for (let i = 0; i < 10; i++) await nextTurn();
    };
    await world.opener.reopen(ann.session);
    await world.told(ann);
    expect([...ann.list.friends.keys()]).toEqual(['ben']);
    expect(ann.session.watches.friends()).toEqual(['ben']);
  });

  it('pauses nobody anew and resumes nobody', async () => {
    const paused = world.setSharing('ben', true);
    world.whileAsking = () => {
      world.whileAsking = () => undefined;
      world.hear(paused, world.setSharing('ben', false));
    };
    await world.opener.reopen(ann.session);
    await world.told(ann);
    expect([...ann.list.friends.keys()]).toEqual(['ben']);
    world.whileAsking = () => {
      world.whileAsking = () => undefined;
      world.hear(world.setSharing('ben', true));
    };
    await world.opener.reopen(ann.session);
    expect(await world.told(ann)).toEqual(['-ben']);
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
    expect(await world.told(ann)).toEqual([]);
    answer();
    expect(await world.told(ann)).toEqual(['-ben']);
    expect(await world.nearby.metrics.metric('nearby_rights_rebuilds_total')).toBe(1);
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
    expect(await world.told(ann)).toEqual(['-ben']);
    expect(ann.session.confirmedIn).toBe(world.nearby.ledger.generation);
  });

  it('an answer whose entries were still being read does not count either, however late they come', async () => {
    world.befriend('ann', 'cho');
    world.isActive('cho', 30);
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
    expect(await world.told(ann)).toEqual([]);
    expect(ann.session.watches.friends()).toEqual(['ben']);
  });

  it('an announcement is not taken at its word for a while', async () => {
    world.applier.onMissed();
    await world.told(ann);
    world.announce('ann', 'cho', 30);
    expect(await world.told(ann)).toEqual([]);
    world.befriend('ann', 'cho');
    world.isActive('cho', 30);
    world.announce('ann', 'cho', 30);
    expect(await world.told(ann)).toEqual(['+cho@30']);
    world.nearby.clock.advance(REREAD_WINDOW_MS + 1);
    world.announce('ann', 'eve', 40);
    expect(await world.told(ann)).toEqual(['+eve@40']);
  });

  it.each([
    ['at that place, or after it: nothing is asked', { epoch: 'now', last: '7' }, ['+cho@30']],
    ['before it', { epoch: 'now', last: '6' }, []],
    ['in another epoch', { epoch: 'before', last: '9' }, []],
  ])('nor one whose rights were read before that; read %s', async (_, asOf, told) => {
    world.joinedAt = 7;
    world.applier.onMissed();
    await world.told(ann);
    const before = world.log.length;
    world.announce('ann', 'cho', 30, { asOf });
    expect(await world.told(ann)).toEqual(told);
    expect(world.log.slice(before).filter((line) => line === 'friends of ann')).toHaveLength(told.length === 0 ? 1 : 0);
  });

  it('again and again, one question after the other is asked, and the last one counts', async () => {
    const before = world.log.length;
    for (let i = 0; i < 50; i++) world.applier.onMissed();
    await world.told(ann);
    expect(ann.session.confirmedIn).toBe(world.nearby.ledger.generation);
    expect(world.log.slice(before).filter((line) => line === 'friends of ann').length).toBeLessThan(4);
  });

  it.each<[what: string, payload: Buffer]>([
    ['of another version', Buffer.from('{"kind":"of another version"}')],
    ['that is broken', Buffer.from('')],
  ])('an entry %s is taken for one that was missed', async (_, payload) => {
    world.unfriend('ann', 'ben');
    world.applier.onEntries([{ id: '1-0', payload }]);
    expect(await world.told(ann)).toEqual(['-ben']);
    expect(await world.nearby.metrics.metric('nearby_malformed_messages_total')).toBe(1);
  });

  it('and when more has changed than is told one by one, everything is read anew, once', async () => {
    world.unfriend('ann', 'ben');
    const reread: GraphEvent = { kind: 'reread', version: world.nearby.nextVersion() };
    world.hear(reread, reread);
    expect(await world.told(ann)).toEqual(['-ben']);
    world.hear(reread);
    expect(await world.nearby.metrics.metric('nearby_rights_rebuilds_total')).toBe(1);
  });
});
