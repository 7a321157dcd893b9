/** Receives the messages to the users with sessions on this gateway: one subscription per user. */
import { type FriendActive, inboxChannel, inboxMessageCodec, type UserId } from '@nearby-friends/protocol';
import type { GatewayMetrics } from '../metrics/gateway-metrics.ts';
import type { Session } from '../viewer/session.ts';
import { decodeBusMessage } from '../wire/decode-bus-message.ts';
import type { Subscriber } from './friend-channels.ts';

interface Inbox {
  /** Usually one. Replaced by another array on each change. */
  sessions: readonly Session[];
  current: Promise<void>;
}

export class Inboxes {
  readonly #subscriber: Subscriber;
  readonly #onFriendActive: (session: Session, message: FriendActive) => void;
  readonly #onViewed: (session: Session) => void;
  readonly #metrics: GatewayMetrics;
  readonly #inboxes = new Map<UserId, Inbox>();

  constructor(options: {
    subscriber: Subscriber;
    /** A friend of the session's user has become active. */
    onFriendActive: (session: Session, message: FriendActive) => void;
    /** A friend looks at the session's user. */
    onViewed: (session: Session) => void;
    metrics: GatewayMetrics;
  }) {
    this.#subscriber = options.subscriber;
    this.#onFriendActive = options.onFriendActive;
    this.#onViewed = options.onViewed;
    this.#metrics = options.metrics;
  }

  get size(): number {
    return this.#inboxes.size;
  }

  /** Resolves once the user's inbox is subscribed. Idempotent, since opening a session is retried. */
  join(session: Session): Promise<void> {
    const { user } = session;
    const known = this.#inboxes.get(user);
    if (known) {
      if (!known.sessions.includes(session)) known.sessions = [...known.sessions, session];
      return known.current;
    }
    const inbox: Inbox = { sessions: [session], current: Promise.resolve() };
    inbox.current = this.#subscriber.subscribe(inboxChannel(user), (payload) => this.#receive(inbox, payload));
    this.#inboxes.set(user, inbox);
    return inbox.current;
  }

  leave(session: Session): void {
    const inbox = this.#inboxes.get(session.user);
    if (!inbox?.sessions.includes(session)) return;
    inbox.sessions = inbox.sessions.filter((other) => other !== session);
    if (inbox.sessions.length > 0) return;
    this.#inboxes.delete(session.user);
    this.#subscriber.unsubscribe(inboxChannel(session.user));
  }

  #receive({ sessions }: Inbox, payload: Buffer): void {
    const message = decodeBusMessage(inboxMessageCodec.decode, payload, this.#metrics);
    if (!message) return;
    for (const session of sessions) {
      if (message.kind === 'viewed') this.#onViewed(session);
      else this.#onFriendActive(session, message);
    }
  }
}
