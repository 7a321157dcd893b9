import { describe, expect, it } from '@jest/globals';
import {
  type Grant,
  type InboxMessage,
  inboxChannel,
  inboxMessageCodec,
  parseUserId,
  type UserId,
} from '@nearby-friends/protocol';
import { ManualClock, Metrics } from '@nearby-friends/service-kit';
import type { SubjectSharing } from '../database/sharing-repository.ts';
import { createFriendGraphMetrics } from '../metrics/friend-graph-metrics.ts';
import { ActivityAnnouncer, MAX_RIGHTS_AGE_MS, PUBLISHES_IN_FLIGHT } from './activity-announcer.ts';

const EXACT: Grant = { precision: 'exact', until: null };
const STAR = parseUserId('star');
const HERE = { lat: 1, lng: 2 };

class Setting {
  readonly clock = new ManualClock();
  readonly registry = new Metrics();
  readonly published: string[] = [];
  inFlight = 0;
  mostInFlight = 0;
  /** Called for each message; by default Redis takes it. */
  take: (channel: string) => Promise<number> = () => Promise.resolve(1);
  grantOf = new Map<UserId, Grant>();
  sharing: SubjectSharing[] = [];
  readonly messages: InboxMessage[] = [];
  queries = 0;
  isRedisAway = false;

  async announce(...users: UserId[]): Promise<void> {
    const announcer = new ActivityAnnouncer({
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
        this.mostInFlight = Math.max(this.mostInFlight, ++this.inFlight);
        this.messages.push(inboxMessageCodec.decode(payload));
        const receivers = await this.take(channel);
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
    await announcer.announce(users.map((user) => ({ user, at: this.clock.now(), position: HERE })));
  }
}

describe('announcing active users', () => {
  it('tells all of very many viewers, with a bounded number of messages on their way', async () => {
    const setting = new Setting();
    const viewers = Array.from({ length: 2 * PUBLISHES_IN_FLIGHT + 1 }, (_, i) => parseUserId(`viewer-${i}`));
    for (const viewer of viewers) setting.grantOf.set(viewer, EXACT);
    setting.take = () => new Promise((resolve) => setImmediate(resolve, 1));
    await setting.announce(STAR);
    expect(setting.published.sort()).toEqual(viewers.map(inboxChannel).sort());
    expect(setting.mostInFlight).toBe(PUBLISHES_IN_FLIGHT);
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

  it('does not tell a viewer whose grant ends while others are told, nor one that is hidden', async () => {
    const setting = new Setting();
    const ending = setting.clock.now() + 10;
    for (let i = 0; i < PUBLISHES_IN_FLIGHT; i++) setting.grantOf.set(parseUserId(`early-${i}`), EXACT);
    setting.grantOf.set(parseUserId('ends'), { precision: 'exact', until: ending });
    setting.grantOf.set(parseUserId('stays'), { precision: 'exact', until: ending + 1 });
    setting.grantOf.set(parseUserId('hidden'), { precision: 'hidden', until: null });
    setting.take = async () => {
      if (setting.clock.now() < ending) setting.clock.advance(10);
      return 1;
    };
    await setting.announce(STAR);
    expect(setting.published.filter((channel) => !channel.includes('early'))).toEqual(['inbox:{stays}']);
  });

  it('says the version of the grant, and the pause of whoever has ever paused', async () => {
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

  it('[G5] reads the rights again when telling takes long, and tells nobody whose right is gone by then', async () => {
    const setting = new Setting();
    for (let i = 0; i < PUBLISHES_IN_FLIGHT; i++) setting.grantOf.set(parseUserId(`early-${i}`), EXACT);
    setting.grantOf.set(parseUserId('revoked'), EXACT);
    setting.grantOf.set(parseUserId('stays'), EXACT);
    setting.take = async () => {
      if (setting.grantOf.delete(parseUserId('revoked'))) setting.clock.advance(MAX_RIGHTS_AGE_MS + 1);
      return 1;
    };
    await setting.announce(STAR);
    expect(setting.queries).toBe(2);
    // Where the events ended before each reading.
    const ends = setting.messages.map(({ asOf }) => asOf?.last);
    expect(ends.slice(0, PUBLISHES_IN_FLIGHT)).toEqual(Array(PUBLISHES_IN_FLIGHT).fill('0-0'));
    expect(ends.slice(PUBLISHES_IN_FLIGHT)).toEqual(['1-0']);
    expect(setting.published).toHaveLength(PUBLISHES_IN_FLIGHT + 1);
    expect(setting.published.at(-1)).toBe('inbox:{stays}');
  });

  it('fails as unavailable, and tells nobody, while nobody says where the events end', async () => {
    const setting = new Setting();
    setting.grantOf.set(parseUserId('ann'), EXACT);
    setting.isRedisAway = true;
    await expect(setting.announce(STAR)).rejects.toMatchObject({ code: 'unavailable' });
    expect(setting.messages).toEqual([]);
  });

  it('fails as unavailable when Redis does not take one message, so that it is announced again', async () => {
    const setting = new Setting();
    for (const name of ['ann', 'bob', 'cid']) setting.grantOf.set(parseUserId(name), EXACT);
    setting.take = (channel) => (channel.includes('bob') ? Promise.reject(new Error('gone')) : Promise.resolve(0));
    await expect(setting.announce(STAR)).rejects.toMatchObject({ code: 'unavailable' });
    expect(await setting.registry.registry.metrics()).toMatch(/^nearby_activations_published_total 0$/m);
  });
});
