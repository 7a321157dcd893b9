/** Writes the list messages of one tick and keeps them until they are sent, one right after the other. */
import type { PositionRecord, UserId } from '@nearby-friends/protocol';
import type { ListMessage } from '../viewer/list-message.ts';
import type { Session, Watch } from '../viewer/session.ts';
import { ListMessageWriter } from '../wire/list-message-writer.ts';

/** Bounds the memory of messages that are written and not sent yet. */
const MAX_MESSAGES = 64;

/**
 * A receiving process goes to sleep between two messages if the next one is composed first, and waking it costs the
 * kernel as much as sending. Sent back to back, a message costs the kernel half (decision 8).
 *
 * One message at a time: `begin…`, `addFriend` for each friend, `end…`, which adds it to the outbox.
 */
export class ListOutbox {
  readonly #writer = new ListMessageWriter();
  #sessions: Session[] = [];
  #messages: ListMessage[] = [];

  get isFull(): boolean {
    return this.#messages.length >= MAX_MESSAGES;
  }

  beginSnapshot(radiusMeters: number): void {
    this.#writer.beginSnapshot(radiusMeters);
  }

  beginChanges(): void {
    this.#writer.beginChanges();
  }

  addFriend(watch: Watch, latest: PositionRecord, distanceMeters: number): void {
    this.#writer.addFriend(watch, latest, distanceMeters);
  }

  endSnapshot(session: Session): void {
    this.#add(session, this.#writer.endSnapshot());
  }

  /** `removed` is not kept. */
  endChanges(session: Session, removed: readonly UserId[]): void {
    this.#add(session, this.#writer.endChanges(removed, session.transport.isPingDue()));
  }

  /**
   * Sends the messages in the order in which they were added. Calls `maySend` before each; `onHeldBack` gets the session
   * of a message that is dropped instead.
   */
  sendAll(maySend: () => boolean, onHeldBack: (session: Session) => void): void {
    const [sessions, messages] = [this.#sessions, this.#messages];
    // Also if sending throws, no message stays for a later turn, in which its rights may have ended.
    this.#sessions = [];
    this.#messages = [];
    for (let place = 0; place < messages.length; place++) {
      const [session, message] = [sessions[place], messages[place]];
      if (!session || !message || session.liveOwn === null) continue;
      if (!maySend()) onHeldBack(session);
      else if (!session.transport.sendList(message)) this.#writer.giveAway(message);
    }
    this.#writer.reuse();
  }

  #add(session: Session, message: ListMessage): void {
    this.#sessions.push(session);
    this.#messages.push(message);
  }
}
