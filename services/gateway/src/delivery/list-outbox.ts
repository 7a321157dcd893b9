/** Keeps the list messages of one tick, to give them to the kernel one right after the other. */

import type { ListMessage } from '../viewer/list-message.ts';
import type { Session } from '../viewer/session.ts';
import { ListMessageWriter } from '../wire/list-message-writer.ts';

/** Bounds the memory of messages that are written and not sent yet. */
export const MAX_MESSAGES = 64;

/**
 * Whoever receives falls asleep between two messages when the next one has to be worked out first, and to wake somebody
 * costs as much as to send: written back to back, a message costs the kernel half (decision 8).
 */
export class ListOutbox {
  readonly writer = new ListMessageWriter();
  #sessions: Session[] = [];
  #messages: ListMessage[] = [];

  /** `message` is the one that {@link writer} has just written. */
  add(session: Session, message: ListMessage): void {
    this.#sessions.push(session);
    this.#messages.push(message);
  }

  get isFull(): boolean {
    return this.#messages.length >= MAX_MESSAGES;
  }

  /** Sends them in the order in which they were added. `maySend` is asked for each; `onHeldBack` is told who gets nothing. */
  sendAll(maySend: () => boolean, onHeldBack: (session: Session) => void): void {
    const [sessions, messages] = [this.#sessions, this.#messages];
    // Whatever happens below, nothing is left for a later turn: by then its rights may have ended.
    this.#sessions = [];
    this.#messages = [];
    for (let place = 0; place < messages.length; place++) {
      const [session, message] = [sessions[place], messages[place]];
      if (!session || !message || session.liveOwn === null) continue;
      if (!maySend()) onHeldBack(session);
      else if (!session.transport.sendList(message)) this.writer.giveAway(message);
    }
    this.writer.reuse();
  }
}
