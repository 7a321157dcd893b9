/** What opening a session needs: an inbox without Redis, and a friend-graph and a location service that answer by hand. */
import { CodedError, DEFAULT_RADIUS_METERS, type Grant, parseUserId, type UserId } from '@nearby-friends/protocol';
import { silentLogger } from '@nearby-friends/service-kit';
import { Inboxes } from '../inboxes.ts';
import { SessionOpener } from '../open-session.ts';
import type { Session } from '../session.ts';
import { EXACT, NearbyWorld } from './nearby-world.ts';

export class OpeningWorld {
  readonly nearby = new NearbyWorld();
  readonly inboxes: Inboxes;
  readonly opener: SessionOpener;
  /** What was asked and subscribed, in order. */
  readonly log: string[] = [];
  readonly friendships = new Map<UserId, { subject: UserId; grant: Grant }[]>();
  radiusMeters = DEFAULT_RADIUS_METERS;
  /** Runs, and is waited for, after a question has been read and before its answer comes. */
  whileAsking: (question: 'friends' | 'entry') => Promise<void> | void = () => undefined;
  /** So many questions to friend-graph go unanswered. */
  failures = 0;

  constructor() {
    const { nearby, log } = this;
    const { clock, delivery, lists } = nearby;
    const { metrics } = nearby.metrics;
    this.inboxes = new Inboxes({
      subscriber: {
        subscribe: (channel, handler) => {
          log.push(`subscribe ${channel}`);
          return nearby.channels.subscribe(channel, handler);
        },
        unsubscribe: (channel) => nearby.channels.unsubscribe(channel),
      },
      onFriendActive: (session, { subject, grant, at, position }) => {
        lists.add(session, subject, grant, { at, position }).catch(() => undefined);
      },
      onRadius: (session, radiusMeters) => delivery.setRadius(session, radiusMeters),
      metrics,
    });
    this.opener = new SessionOpener({
      inboxes: this.inboxes,
      directory: {
        friendsOf: async (viewer) => {
          log.push(`friends of ${viewer}`);
          if (this.failures-- > 0) throw new CodedError('unavailable', 'nobody answered');
          const friends = [...(this.friendships.get(viewer) ?? [])];
          const { radiusMeters } = this;
          await this.whileAsking('friends');
          return { viewer, radiusMeters, friends };
        },
        entryOf: async (user) => {
          log.push(`entry of ${user}`);
          const entry = nearby.entries.get(user) ?? null;
          await this.whileAsking('entry');
          return entry;
        },
      },
      lists,
      delivery,
      metrics,
      clock,
      logger: silentLogger,
    });
  }

  befriend(viewer: string, subject: string, grant: Grant = EXACT): void {
    const friends = this.friendships.get(parseUserId(viewer)) ?? [];
    this.friendships.set(parseUserId(viewer), [...friends, { subject: parseUserId(subject), grant }]);
  }

  unfriend(viewer: string, subject: string): void {
    const friends = this.friendships.get(parseUserId(viewer)) ?? [];
    this.friendships.set(
      parseUserId(viewer),
      friends.filter((friend) => friend.subject !== parseUserId(subject)),
    );
  }

  /** As when a connection ends. */
  end(session: Session): void {
    session.close();
    this.inboxes.leave(session);
    this.nearby.lists.removeAll(session);
  }
}
