/** Sends alerts that were decided to each browser of their viewer. */
import type { Rpc } from '@nearby-friends/bus';
import { endPushSubscription, type PushSubscription, pushSubscriptionsOf } from '@nearby-friends/protocol';
import type { Component, Logger } from '@nearby-friends/service-kit';
import type { AlertsMetrics } from '../metrics/alerts-metrics.ts';
import { encryptPayload } from '../push/encrypt-payload.ts';
import { MESSAGE_TTL_SECONDS, type PushClient, type PushOutcome } from '../push/push-client.ts';
import type { PushQueue } from '../push/push-queue.ts';
import { alertPayload, alertTopic, PAYLOAD_BYTES } from './alert-payload.ts';
import type { AlertPreparation, DueAlert } from './alert-preparation.ts';

/** Rights may change while an alert is prepared; after this many times it is not sent. */
const ATTEMPTS = 3;
/** When a push service does not say, ms. */
const RETRY_MS = 30_000;

type Result = PushOutcome | { readonly kind: 'withheld' } | { readonly kind: 'invalid' };

export class AlertSender implements Component {
  readonly name = 'alert sender';
  readonly #rpc: Pick<Rpc, 'call'>;
  readonly #preparation: Pick<AlertPreparation, 'whileAllowed'>;
  readonly #queue: PushQueue;
  readonly #client: PushClient;
  readonly #topicSecret: string;
  readonly #publicUrl: string;
  readonly #metrics: AlertsMetrics;
  readonly #logger: Logger;

  constructor(options: {
    rpc: Pick<Rpc, 'call'>;
    preparation: Pick<AlertPreparation, 'whileAllowed'>;
    queue: PushQueue;
    client: PushClient;
    /** Keeps the topics, which push services see, from being computed by others. */
    topicSecret: string;
    publicUrl: string;
    metrics: AlertsMetrics;
    logger: Logger;
  }) {
    this.#rpc = options.rpc;
    this.#preparation = options.preparation;
    this.#queue = options.queue;
    this.#client = options.client;
    this.#topicSecret = options.topicSecret;
    this.#publicUrl = options.publicUrl;
    this.#metrics = options.metrics;
    this.#logger = options.logger;
  }

  async drain(): Promise<void> {
    await this.#queue.drain();
  }

  stop(): void {
    this.#client.stop();
  }

  /** Queues it. Rejects when the subscriptions cannot be read. */
  async send(due: DueAlert): Promise<void> {
    const { subscriptions } = await this.#rpc.call(pushSubscriptionsOf, { user: due.viewer });
    for (const subscription of subscriptions) {
      const { origin } = new URL(subscription.endpoint);
      if (!this.#queue.add(origin, () => this.#attempt(due, subscription, true))) this.#drop(due);
    }
  }

  #drop({ kind }: DueAlert): void {
    this.#metrics.pushes.inc({ outcome: 'dropped' });
    this.#metrics.alerts.inc({ kind, outcome: 'failed' });
  }

  /** Never rejects. */
  async #attempt(due: DueAlert, subscription: PushSubscription, mayRepeat: boolean): Promise<void> {
    const { kind } = due;
    try {
      const result = await this.#deliver(due, subscription);
      if (result.kind === 'withheld') {
        this.#metrics.alerts.inc({ kind, outcome: 'withheld' });
      } else if (result.kind === 'accepted') {
        this.#metrics.pushes.inc({ outcome: 'accepted' });
        this.#metrics.alerts.inc({ kind, outcome: 'sent' });
        this.#logger.info({ kind }, 'alert sent');
      } else if (result.kind === 'gone' || result.kind === 'invalid') {
        this.#metrics.pushes.inc({ outcome: 'gone' });
        this.#metrics.alerts.inc({ kind, outcome: 'failed' });
        await this.#rpc.call(endPushSubscription, { user: due.viewer, id: subscription.id });
        this.#logger.info({ kind }, 'push subscription ended');
      } else if (result.kind === 'retry') {
        this.#repeat(due, subscription, mayRepeat, result.afterMs);
      } else {
        this.#metrics.pushes.inc({ outcome: 'refused' });
        this.#metrics.alerts.inc({ kind, outcome: 'failed' });
        this.#logger.warn({ kind, status: result.status }, 'push refused');
      }
    } catch (error) {
      // Errors of connections name hosts and addresses, which are not logged.
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
      this.#metrics.pushes.inc({ outcome: 'failed' });
      this.#logger.warn({ kind, code }, 'push failed');
      this.#repeat(due, subscription, mayRepeat, null);
    }
  }

  /** Once, and only while the message would be news. */
  #repeat(due: DueAlert, subscription: PushSubscription, mayRepeat: boolean, afterMs: number | null): void {
    const waitMs = afterMs ?? RETRY_MS;
    const { origin } = new URL(subscription.endpoint);
    const again = () => this.#attempt(due, subscription, false);
    const isRepeated =
      mayRepeat &&
      waitMs < MESSAGE_TTL_SECONDS * 1000 &&
      this.#queue.addLater(waitMs, origin, again, () => this.#drop(due));
    if (isRepeated) this.#metrics.pushes.inc({ outcome: 'retried' });
    else this.#metrics.alerts.inc({ kind: due.kind, outcome: 'failed' });
  }

  async #deliver(due: DueAlert, { id, endpoint, p256dh, auth, language }: PushSubscription): Promise<Result> {
    const topic = alertTopic(this.#topicSecret, due.viewer, `${due.kind} ${due.about}`);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const outcome = await this.#preparation.whileAllowed(due, async (content, isStillAllowed) => {
        // Read again: a sign-out deletes it, and before the rights were read no event of one is noticed.
        const { subscriptions } = await this.#rpc.call(pushSubscriptionsOf, { user: due.viewer });
        if (!subscriptions.some((one) => one.id === id)) return 'removed' as const;
        const payload = alertPayload({ ...content, language }, { topic, publicUrl: this.#publicUrl });
        let body: Buffer;
        try {
          body = encryptPayload({ p256dh, auth }, payload, { paddedBytes: PAYLOAD_BYTES });
        } catch {
          return 'invalid' as const;
        }
        const stopTimer = this.#metrics.pushSeconds.startTimer();
        try {
          return (await this.#client.post({ endpoint, body, topic }, isStillAllowed)) ?? ('outdated' as const);
        } finally {
          stopTimer();
        }
      });
      if (outcome === 'invalid') return { kind: 'invalid' };
      if (outcome === null || outcome === 'removed') return { kind: 'withheld' };
      if (outcome !== 'outdated') return outcome;
    }
    return { kind: 'withheld' };
  }
}
