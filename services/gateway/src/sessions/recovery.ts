/** Restores every list after messages may have been lost, or after Redis' clock was set back (S4). */
import type { PositionRecord, UserId } from '@nearby-friends/protocol';
import type { Logger } from '@nearby-friends/service-kit';
import type { FriendBoard } from '../friends/friend-board.ts';
import type { FriendChannels } from '../friends/friend-channels.ts';
import type { Session } from '../viewer/session.ts';
import type { SessionOpener } from './session-opener.ts';
import type { Sessions } from './sessions.ts';

/** Records positions again; implemented by `PositionReceiver`, which is above this folder. */
export interface PositionRepeater {
  /** Retries and never rejects. */
  repeat(session: Session): Promise<void>;
  /** The same for a friend's position, as long as `isKnown` says that it is the newest known one. */
  repeatOf(user: UserId, record: PositionRecord, isKnown: () => boolean): Promise<void>;
}

/**
 * Redis may have kept its memory or not. So every session's own position is recorded again under its own time (an older
 * one never replaces a newer), every watched entry is read again, and every session reads which friends have become
 * active meanwhile. A missing entry does not remove a friend: the position held here is valid until its TTL.
 */
export class Recovery {
  readonly #sessions: Pick<Sessions, 'all'>;
  readonly #board: Pick<FriendBoard, 'clockSetBack' | 'positions'>;
  readonly #positions: PositionRepeater;
  readonly #channels: Pick<FriendChannels, 'friends' | 'refresh'>;
  readonly #opener: Pick<SessionOpener, 'reopen'>;
  readonly #logger: Logger;
  #isRequested = false;
  #isRunning = false;
  #isRecordRequested = false;
  #isRecording = false;

  constructor(options: {
    sessions: Pick<Sessions, 'all'>;
    board: Pick<FriendBoard, 'clockSetBack' | 'positions'>;
    positions: PositionRepeater;
    channels: Pick<FriendChannels, 'friends' | 'refresh'>;
    opener: Pick<SessionOpener, 'reopen'>;
    logger: Logger;
  }) {
    this.#sessions = options.sessions;
    this.#board = options.board;
    this.#positions = options.positions;
    this.#channels = options.channels;
    this.#opener = options.opener;
    this.#logger = options.logger;
  }

  /** Runs in the background. */
  readonly start = (): void => {
    this.run().catch((error: unknown) => this.#logger.error({ error }, 'recovery failed'));
  };

  /**
   * Redis has perhaps lost its memory and no connection, so gateways have missed nothing; those who come now would find
   * nothing. Records all known positions again, also of friends whose phones are gone. Runs in the background.
   */
  readonly recordAgain = (): void => {
    this.#recordAll().catch((error: unknown) => this.#logger.error({ error }, 'recovery failed'));
  };

  /**
   * Redis' clock was set back by `ms`, noticed some seconds later. All times held here move with it; what was published
   * meanwhile looked older than what was known, so every entry is read again.
   */
  readonly clockSetBack = (ms: number): void => {
    for (const session of this.#sessions.all()) session.clockSetBack(ms);
    this.#board.clockSetBack(ms);
    this.start();
  };

  /** Any number of losses during a run causes one more run after it. */
  async run(): Promise<void> {
    this.#isRequested = true;
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      while (this.#isRequested) {
        this.#isRequested = false;
        await this.#recover();
      }
    } finally {
      this.#isRunning = false;
    }
  }

  /** Any number of losses during a run causes one more run after it. */
  async #recordAll(): Promise<void> {
    this.#isRecordRequested = true;
    if (this.#isRecording) return;
    this.#isRecording = true;
    try {
      while (this.#isRecordRequested) {
        this.#isRecordRequested = false;
        const sessions = [...this.#sessions.all()].map((session) => this.#positions.repeat(session));
        const friends = this.#board
          .positions()
          .map(({ user, record, isKnown }) => this.#positions.repeatOf(user, record, isKnown));
        await Promise.all([...sessions, ...friends]);
        this.#logger.info({ count: sessions.length + friends.length }, 'recorded known positions again');
      }
    } finally {
      this.#isRecording = false;
    }
  }

  async #recover(): Promise<void> {
    const sessions = [...this.#sessions.all()];
    await Promise.all(sessions.map((session) => this.#positions.repeat(session)));
    await Promise.all([
      ...this.#channels.friends().map((friend) => this.#channels.refresh(friend)),
      ...sessions.filter((session) => session.own !== null).map((session) => this.#opener.reopen(session)),
    ]);
    this.#logger.info({ sessions: sessions.length }, 'recovered from lost messages');
  }
}
