import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { type InboxMessage, inboxChannel, inboxMessageCodec, parseUserId } from '@nearby-friends/protocol';
import { ChannelsInMemory } from '../test-support/channels-in-memory.ts';
import { testMetrics, testSession } from '../test-support/test-session.ts';
import { Inboxes } from './inboxes.ts';

const ANN = parseUserId('ann');
const BEN = parseUserId('ben');
const FRIEND_ACTIVE: InboxMessage = {
  kind: 'friend-active',
  subject: parseUserId('cho'),
  grant: { precision: 'exact', until: null },
  version: 1,
  sharing: null,
  at: 5,
  position: { lat: 1, lng: 2 },
};

function setUp() {
  const channels = new ChannelsInMemory();
  const heard: string[] = [];
  const { metrics, metric } = testMetrics();
  const inboxes = new Inboxes({
    subscriber: channels,
    onFriendActive: (session, { subject, at }) => heard.push(`${session.id}: ${subject} active at ${at}`),
    onViewed: (session) => heard.push(`${session.id}: viewed`),
    metrics,
  });
  return {
    channels,
    heard,
    inboxes,
    metric,
    say: (user: typeof ANN, message: InboxMessage) =>
      channels.publish(inboxChannel(user), inboxMessageCodec.encode(message)),
  };
}

describe('an inbox', () => {
  it('[W1] is subscribed once for all devices of a user here, and each hears', async () => {
    const { channels, heard, inboxes, say } = setUp();
    const phone = testSession({ user: ANN }).session;
    const tablet = testSession({ user: ANN }).session;
    const other = testSession({ user: BEN }).session;
    await Promise.all([phone, tablet, other].map((session) => inboxes.join(session)));
    expect(channels.channels).toEqual([inboxChannel(ANN), inboxChannel(BEN)]);
    say(ANN, FRIEND_ACTIVE);
    expect(heard.splice(0)).toEqual([`${phone.id}: cho active at 5`, `${tablet.id}: cho active at 5`]);
    say(BEN, { kind: 'viewed' });
    expect(heard).toEqual([`${other.id}: viewed`]);
  });

  it('tells a device once that joins again, as one does whose friends could not be read', async () => {
    const { channels, heard, inboxes, say } = setUp();
    const { session } = testSession({ user: ANN });
    for (let i = 0; i < 3; i++) await inboxes.join(session);
    say(ANN, FRIEND_ACTIVE);
    expect(heard).toEqual([`${session.id}: cho active at 5`]);
    inboxes.leave(session);
    expect([inboxes.size, channels.channels]).toEqual([0, []]);
  });

  it('[S3] is left with the last device, and not before', async () => {
    const { channels, heard, inboxes, say } = setUp();
    const phone = testSession({ user: ANN }).session;
    const tablet = testSession({ user: ANN }).session;
    await Promise.all([inboxes.join(phone), inboxes.join(tablet)]);
    inboxes.leave(phone);
    inboxes.leave(phone);
    say(ANN, FRIEND_ACTIVE);
    expect(heard).toEqual([`${tablet.id}: cho active at 5`]);
    inboxes.leave(tablet);
    expect(channels.channels).toEqual([]);
    expect(inboxes.size).toBe(0);
  });

  it('without a session may be left', () => {
    const { inboxes } = setUp();
    inboxes.leave(testSession({ user: ANN }).session);
    expect(inboxes.size).toBe(0);
  });

  it('is current for a second device only when it is for the first', async () => {
    const { channels, inboxes } = setUp();
    channels.confirmsAtOnce = false;
    const joined: string[] = [];
    for (const device of ['phone', 'tablet']) {
      inboxes.join(testSession({ user: ANN }).session).then(
        () => joined.push(device),
        () => undefined,
      );
    }
    await nextTurn();
    expect(joined).toEqual([]);
    channels.confirmAll();
    await nextTurn();
    expect(joined).toEqual(['phone', 'tablet']);
  });

  it('survives a message that cannot be read, and counts it', async () => {
    const { channels, heard, inboxes, metric, say } = setUp();
    const { session } = testSession({ user: ANN });
    await inboxes.join(session);
    for (const bad of ['', '{}', '{"kind":"of another version"}', '{"kind":"friend-active","subject":"ben"}']) {
      channels.publish(inboxChannel(ANN), Buffer.from(bad));
    }
    say(ANN, FRIEND_ACTIVE);
    expect(heard).toHaveLength(1);
    expect(await metric('nearby_malformed_messages_total')).toBe(4);
  });
});
