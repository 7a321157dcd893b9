import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { Rpc } from '@nearby-friends/bus';
import {
  type ActiveEntry,
  CodedError,
  encodePositionBody,
  MAX_FRIENDS_OF_VIEWERS,
  parseUserId,
  RECORD_FORMAT_VERSION,
  type UserId,
} from '@nearby-friends/protocol';
import { ManualClock } from '@nearby-friends/service-kit';
import { testMetrics } from '../test-support/test-session.ts';
import { FriendDirectory } from './friend-directory.ts';

const users = (count: number) => Array.from({ length: count }, (_, i) => parseUserId(`user-${i}`));

function entryOf(user: UserId, at: number, format = RECORD_FORMAT_VERSION): ActiveEntry {
  const header = Buffer.alloc(18);
  header[0] = format;
  header.writeDoubleBE(at, 10);
  return { user, entry: Buffer.concat([header, encodePositionBody({ lat: 1, lng: 2 })]) };
}

/** A bus on which the test answers: the requests as they are sent, the answers as they come. */
class BusOfTest {
  readonly asked: { method: string; users: readonly UserId[] }[] = [];
  fails = false;
  /** While they are held there is no response. */
  holds: Promise<void> = Promise.resolve();
  entries: ActiveEntry[] = [];
  forgotten: UserId | null = null;

  readonly call: Rpc['call'] = async (method, request) => {
    const { viewers, users: subjects } = JSON.parse(method.request.encode(request).toString()) as {
      viewers?: UserId[];
      users?: UserId[];
    };
    this.asked.push({ method: method.name, users: viewers ?? subjects ?? [] });
    await this.holds;
    if (this.fails) throw new CodedError('unavailable', 'no response');
    if (!viewers) return this.entries as never;
    const known = viewers.filter((viewer) => viewer !== this.forgotten);
    return { viewers: known.map((viewer) => ({ viewer, radiusMeters: 7, edges: '' })) } as never;
  };
}

function setUp() {
  const clock = new ManualClock();
  const bus = new BusOfTest();
  const { metrics, metric } = testMetrics();
  const directory = new FriendDirectory({ rpc: bus, clock, metrics });
  const gather = async () => {
    await nextTurn();
    clock.advance(5);
  };
  return { bus, directory, gather, metric };
}

describe('questions about many users', () => {
  it('that come together go as one, each user named once, and each asker gets its own answer', async () => {
    const { bus, directory, gather } = setUp();
    const [ann, ben] = users(2);
    if (!ann || !ben) throw new Error('two users');
    bus.entries = [entryOf(ann, 5)];
    const answers = Promise.all([directory.entryOf(ann), directory.entryOf(ben), directory.entryOf(ann)]);
    await gather();
    expect((await answers).map((entry) => entry?.at ?? null)).toEqual([5, null, 5]);
    expect(bus.asked).toEqual([{ method: 'read-active', users: [ann, ben] }]);
  });

  it('that wait for earlier ones to be answered are each asked once, however often; what has left is asked again', async () => {
    const { bus, directory, gather } = setUp();
    const [ann, ben, cho] = users(3);
    if (!ann || !ben || !cho) throw new Error('three users');
    let answerAll = (): void => undefined;
    bus.holds = new Promise((resolve) => {
      answerAll = resolve;
    });
    const early = [directory.friendsOf(ann)];
    await gather();
    early.push(directory.friendsOf(ben));
    await gather();
    const late = Array.from({ length: 3 * MAX_FRIENDS_OF_VIEWERS }, () => directory.friendsOf(ann));
    late.push(directory.friendsOf(cho));
    await gather();
    expect(bus.asked.map(({ users: named }) => named)).toEqual([[ann], [ben]]);
    answerAll();
    const viewers = (await Promise.all([...early, ...late])).map(({ viewer }) => viewer);
    expect(viewers).toEqual([ann, ben, ...late.slice(1).map(() => ann), cho]);
    expect(bus.asked.slice(2).map(({ users: named }) => named)).toEqual([[ann, cho]]);
  });

  it('name no more viewers than one question may', async () => {
    const { bus, directory, gather } = setUp();
    const viewers = users(2 * MAX_FRIENDS_OF_VIEWERS + 1);
    const answers = Promise.all(viewers.map((viewer) => directory.friendsOf(viewer)));
    await gather();
    expect((await answers).map(({ viewer }) => viewer)).toEqual(viewers);
    expect(bus.asked.map(({ users: named }) => named.length)).toEqual([
      MAX_FRIENDS_OF_VIEWERS,
      MAX_FRIENDS_OF_VIEWERS,
      1,
    ]);
  });

  it('are read every time: nothing is cached, no failure either', async () => {
    const { bus, directory, gather } = setUp();
    const [ann] = users(1);
    if (!ann) throw new Error('one user');
    bus.fails = true;
    const failed = expect(directory.entryOf(ann)).rejects.toMatchObject({ code: 'unavailable' });
    await gather();
    await failed;
    bus.fails = false;
    for (const at of [5, 6]) {
      bus.entries = [entryOf(ann, at)];
      const answer = directory.entryOf(ann);
      await gather();
      expect((await answer)?.at).toBe(at);
    }
    expect(bus.asked).toHaveLength(3);
  });

  it('fail only for the viewer whom the response lacks', async () => {
    const { bus, directory, gather } = setUp();
    const [ann, ben] = users(2);
    if (!ann || !ben) throw new Error('two users');
    bus.forgotten = ann;
    const answers = Promise.allSettled([directory.friendsOf(ann), directory.friendsOf(ben)]);
    await gather();
    expect((await answers).map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  });

  it('are not spoiled by one entry that another version has written, and it is counted', async () => {
    const { bus, directory, gather, metric } = setUp();
    const [ann, ben, cho] = users(3);
    if (!ann || !ben || !cho) throw new Error('three users');
    const cutShort = { user: cho, entry: entryOf(cho, 5).entry.subarray(0, 20) };
    bus.entries = [entryOf(ann, 5, RECORD_FORMAT_VERSION + 1), entryOf(ben, 6), cutShort];
    const answers = Promise.all([ann, ben, cho].map((user) => directory.entryOf(user)));
    await gather();
    expect((await answers).map((entry) => entry?.at ?? null)).toEqual([null, 6, null]);
    expect(await metric('nearby_malformed_messages_total')).toBe(2);
  });
});
