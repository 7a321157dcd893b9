/** Takes friend requests and acceptances from friend-graph, and has their recipients alerted. */
import type { Rpc } from '@nearby-friends/bus';
import { type AlertNotice, takeAlertNotices } from '@nearby-friends/protocol';
import type { AlertDecisions } from '../pairs/alert-decisions.ts';
import type { AlertSender } from '../sending/alert-sender.ts';

export class NoticeWatch {
  readonly #rpc: Pick<Rpc, 'call'>;
  readonly #decisions: Pick<AlertDecisions, 'decide'>;
  readonly #sender: Pick<AlertSender, 'send'>;
  #done: string[] = [];

  constructor(options: {
    rpc: Pick<Rpc, 'call'>;
    decisions: Pick<AlertDecisions, 'decide'>;
    sender: Pick<AlertSender, 'send'>;
  }) {
    this.#rpc = options.rpc;
    this.#decisions = options.decisions;
    this.#sender = options.sender;
  }

  /** One that fails is taken again, here or elsewhere. Rejects with `unavailable`. */
  async look(): Promise<void> {
    const done = this.#done;
    const { notices } = await this.#rpc.call(takeAlertNotices, { done });
    this.#done = [];
    const results = await Promise.allSettled(notices.map((notice) => this.#handle(notice)));
    // A notice that is sent is deleted with the next look: its name is read until then.
    this.#done = notices.filter((_, i) => results[i]?.status === 'fulfilled').map(({ id }) => id);
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }

  /** Repeated requests of one sender count as one for the cool-down. */
  async #handle({ id, kind, recipient, about }: AlertNotice): Promise<void> {
    const due = await this.#decisions.decide(recipient, new Map([[`${kind}:${about}`, 'once' as const]]));
    if (due.length > 0) await this.#sender.send({ kind, viewer: recipient, about, noticeId: id });
  }
}
