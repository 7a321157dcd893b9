import { describe, expect, it } from '@jest/globals';
import {
  type FriendActive,
  type Grant,
  inboxChannel,
  inboxMessageCodec,
  parseUserId,
  type UserId,
} from '@nearby-friends/protocol';
import { ManualClock, Metrics } from '@nearby-friends/service-kit';
import type { SubjectSharing } from '../database/sharing-repository.ts';
import { createFriendGraphMetrics } from '../metrics/friend-graph-metrics.ts';
import { ActivityAnnouncer, MAX_PUBLISHES_IN_FLIGHT, MAX_RIGHTS_AGE_MS } from './activity-announcer.ts';

const EXACT: Grant = { precision: 'exact', until: null };
const STAR = parseUserId('star');
const HERE = { lat: 1, lng: 2 };

class Setting {
  readonly clock = new ManualClock();
  readonly registry = new Metrics();
  readonly published: string[] = [];
  inFlight = 0;
  maxInFlight = 0;
  /** Called for each message; by default Redis accepts it. */
  accept: (channel: string) => Promise<number> = () => Promise.resolve(1);
  grantOf = new Map<UserId, Grant>();
  sharing: SubjectSharing[] = [];
  readonly messages: FriendActive[] = [];
  queries = 0;
  isRedisAway = false;
  lifetimeMs: number | undefined;

  async announce(...users: UserId[]): Promise<void> {
    const announcer = new ActivityAnnouncer({
      epochs: { read: async () => ({ id: 'first', began: 0, isAnnounced: true, relayed: null, relays: 0n }) },
      grants: {
        reverseFriendsOf: async (subjects) => {
          this.queries++;
          const edges = (subject: UserId) =>
            [...this.grantOf].map(([viewer, grant]) => ({ viewer, subject, grant, version: 7 }));
          return new Map(subjects.map((subject) => [subject, edges(subject)]));
        },
      },
      sharing: { sharingOf: async (subjects) => this.sharing.filter(({ subject }) => subjects.includes(subject)) },
      publish: async (channel, payload) => {
        this.maxInFlight = Math.max(this.maxInFlight, ++this.inFlight);
        this.messages.push(inboxMessageCodec.decode(payload) as FriendActive);
        const receivers = await this.accept(channel);
        this.inFlight--;
        this.published.push(channel);
        return receivers;
      },
      streamEnd: async () => {
        if (this.isRedisAway) throw new Error('gone');
        return { epoch: 'now', last: `${this.queries}-0` };
      },
      clock: this.clock,
      metrics: createFriendGraphMetrics(this.registry),
    });
    const lifetime = this.lifetimeMs === undefined ? {} : { lifetimeMs: this.lifetimeMs };
    await announcer.announce(users.map((user) => ({ user, at: this.clock.now(), position: HERE, ...lifetime })));
  }
}

describe('announcing active users', () => {
  it('notifies all of very many viewers, with a bounded number of messages in flight', async () => {
    const setting = new Setting();
    const viewers = Array.from({ length: 2 * MAX_PUBLISHES_IN_FLIGHT + 1 }, (_, i) => parseUserId(`viewer-${i}`));
    for (const viewer of viewers) setting.grantOf.set(viewer, EXACT);
    setting.accept = () => new Promise((resolve) => setImmediate(resolve, 1));
    await setting.announce(STAR);
    expect(setting.published.sort()).toEqual(viewers.map(inboxChannel).sort());
    expect(setting.maxInFlight).toBe(MAX_PUBLISHES_IN_FLIGHT);
    const metrics = await setting.registry.registry.metrics();
    expect(metrics).toMatch(new RegExp(`^nearby_friend_active_published_total ${viewers.length}$`, 'm'));
    expect(metrics).toMatch(/^nearby_activations_published_total 1$/m);
  });

  it('reads the rights of a whole batch in one query', async () => {
    const setting = new Setting();
    setting.grantOf.set(parseUserId('ann'), EXACT);
    await setting.announce(STAR, parseUserId('bob'), STAR);
    expect(setting.queries).toBe(1);
    expect(setting.published).toHaveLength(3);
  });

  it('does not notify a viewer whose grant ends while others are notified, nor one that is hidden', async () => {
    const setting = new Setting();
    const ending = setting.clock.now() + 10;
    for (let i = 0; i < MAX_PUBLISHES_IN_FLIGHT; i++) setting.grantOf.set(parseUserId(`early-${i}`), EXACT);
    setting.grantOf.set(parseUserId('ends'), { precision: 'exact', until: ending });
    setting.grantOf.set(parseUserId('stays'), { precision: 'exact', until: ending + 1 });
    setting.grantOf.set(parseUserId('hidden'), { precision: 'hidden', until: null });
    setting.accept = async () => {
      if (setting.clock.now() < ending) setting.clock.advance(10);
      return 1;
    };
    await setting.announce(STAR);
    expect(setting.published.filter((channel) => !channel.includes('early'))).toEqual(['inbox:{stays}']);
  });

  it.each([900_000, undefined])('[L2] includes the lifetime of a position, if it has one: %p', async (lifetimeMs) => {
    const setting = new Setting();
    setting.grantOf.set(parseUserId('ann'), EXACT);
    setting.lifetimeMs = lifetimeMs;
    await setting.announce(STAR);
    expect(setting.messages.map((message) => message.lifetimeMs)).toEqual([lifetimeMs]);
  });

  it('includes the version of the grant, and the sharing state of subjects who have ever paused', async () => {
    const setting = new Setting();
    setting.grantOf.set(parseUserId('ann'), EXACT);
    const paused = { sharing: { paused: true, until: 5 }, version: 9 };
    setting.sharing = [{ subject: STAR, ...paused }];
    await setting.announce(STAR, parseUserId('bob'));
    expect(setting.messages).toMatchObject([
      { subject: 'star', version: 7, sharing: paused },
      { subject: 'bob', version: 7, sharing: null },
    ]);
  });

  it('[G5] re-reads the rights during a long announcement, and notifies no viewer whose right was revoked', async () => {
    const setting = new Setting();
    for (let i = 0; i < MAX_PUBLISHES_IN_FLIGHT; i++) setting.grantOf.set(parseUserId(`early-${i}`), EXACT);
    setting.grantOf.set(parseUserId('revoked'), EXACT);
    setting.grantOf.set(parseUserId('stays'), EXACT);
    setting.accept = async () => {
      if (setting.grantOf.delete(parseUserId('revoked'))) setting.clock.advance(MAX_RIGHTS_AGE_MS + 1);
      return 1;
    };
    await setting.announce(STAR);
    expect(setting.queries).toBe(2);
    // Watermark of the events before each read.
    const ends = setting.messages.map(({ asOf }) => asOf?.last);
    expect(ends.slice(0, MAX_PUBLISHES_IN_FLIGHT)).toEqual(Array(MAX_PUBLISHES_IN_FLIGHT).fill('0-0'));
    expect(ends.slice(MAX_PUBLISHES_IN_FLIGHT)).toEqual(['1-0']);
    expect(setting.published).toHaveLength(MAX_PUBLISHES_IN_FLIGHT + 1);
    expect(setting.published.at(-1)).toBe('inbox:{stays}');
  });

  it('rejects with unavailable, and notifies no viewer, while the watermark of the events is unknown', async () => {
    const setting = new Setting();
    setting.grantOf.set(parseUserId('ann'), EXACT);
    setting.isRedisAway = true;
    await expect(setting.announce(STAR)).rejects.toMatchObject({ code: 'unavailable' });
    expect(setting.messages).toEqual([]);
  });

  it('rejects with unavailable when Redis does not accept one message, so that it is announced again', async () => {
    const setting = new Setting();
    for (const name of ['ann', 'bob', 'cid']) setting.grantOf.set(parseUserId(name), EXACT);
    setting.accept = (channel) => (channel.includes('bob') ? Promise.reject(new Error('gone')) : Promise.resolve(0));
    await expect(setting.announce(STAR)).rejects.toMatchObject({ code: 'unavailable' });
    expect(await setting.registry.registry.metrics()).toMatch(/^nearby_activations_published_total 0$/m);
  });
});
