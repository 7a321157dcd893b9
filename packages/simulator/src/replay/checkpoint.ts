/** Compares every viewer's list with the oracle while no user moves, giving the server a bounded time to converge. */
import type { NearbyFriend, UserId } from '@nearby-friends/protocol';
import type { ConfirmedUpdate } from '../client/position-sender.ts';
import type { Friendships } from '../dataset/friendships.ts';
import type { Movement } from '../dataset/movements.ts';
import { compareList, type Difference } from '../oracle/differences.ts';
import { judgeFriends, type LatestUpdate, type OracleRules, type Presence } from '../oracle/verdict.ts';
import type { WallClock } from '../plain/wall-clock.ts';

/** What a checkpoint needs to know of a client. */
export interface CheckedClient {
  readonly user: UserId;
  readonly settled: boolean;
  readonly confirmed: ConfirmedUpdate | undefined;
  readonly shown: readonly NearbyFriend[] | undefined;
}

interface CheckpointOptions {
  /** For the report: “50 %”, “end”. */
  readonly label: string;
  readonly clients: readonly CheckedClient[];
  readonly friendships: Friendships;
  /** Where the dataset says a user is now. */
  readonly latestOf: (user: UserId) => Movement | undefined;
  readonly rules: OracleRules;
  /** How long lists may take to become right, ms. */
  readonly deadlineMs: number;
  readonly clock: WallClock;
}

export interface CheckpointResult {
  readonly label: string;
  readonly viewers: number;
  /** Entries of all viewers in the last comparison: those that had to be there … */
  readonly required: number;
  /** … those that could (edge of the radius or of the TTL) … */
  readonly either: number;
  /** … and those of friends who had reported but must not be there. */
  readonly forbidden: number;
  /** From the stop of the movements until all lists were right, ms; the deadline when they never were. */
  readonly convergedAfterMs: number;
  /** Users whose last position the server had not confirmed by the deadline. */
  readonly unconfirmed: readonly UserId[];
  readonly differences: readonly Difference[];
}

const POLL_MS = 20;

/**
 * First waits until every client's newest position is confirmed, then until all lists are right at the same moment.
 * A user who stays unconfirmed is a failure and is judged neither as viewer nor as friend: what the server holds is unknown.
 */
export async function runCheckpoint(options: CheckpointOptions): Promise<CheckpointResult> {
  const { clients, clock, deadlineMs, label } = options;
  const startedAt = clock.now();
  const deadline = startedAt + deadlineMs;
  const isConfirmed = ({ user, settled, confirmed }: CheckedClient): boolean =>
    options.latestOf(user) === undefined || (settled && confirmed?.movement === options.latestOf(user));

  while (!clients.every(isConfirmed) && clock.now() < deadline) await clock.pause(POLL_MS);
  const unconfirmed = clients.filter((client) => !isConfirmed(client)).map(({ user }) => user);

  let judgement = judgeAll(unconfirmed, options);
  while (judgement.differences.length > 0 && clock.now() < deadline) {
    await clock.pause(POLL_MS);
    judgement = judgeAll(unconfirmed, options);
  }
  return { label, viewers: clients.length, convergedAfterMs: clock.now() - startedAt, unconfirmed, ...judgement };
}

type Judgement = Pick<CheckpointResult, 'required' | 'either' | 'forbidden' | 'differences'>;

function judgeAll(
  unconfirmed: readonly UserId[],
  { clients, friendships, latestOf, rules, clock }: CheckpointOptions,
): Judgement {
  const now = clock.now();
  const unknown = new Set(unconfirmed);
  const reports = new Map<UserId, LatestUpdate>();
  for (const { user, confirmed } of clients) {
    // The position is the dataset's, not what the client sent; only the times are the client's.
    const movement = latestOf(user);
    if (movement === undefined || confirmed === undefined || unknown.has(user)) continue;
    reports.set(user, { ...confirmed, lat: movement.lat, lng: movement.lng });
  }
  const counts: Record<Presence, number> = { required: 0, either: 0, forbidden: 0 };
  const differences: Difference[] = [];
  for (const { user, shown } of clients) {
    if (unknown.has(user)) continue;
    const verdicts = judgeFriends(user, friendships.get(user) ?? [], reports, now, rules);
    for (const { presence } of verdicts ?? []) counts[presence] += 1;
    const judged = shown?.filter(({ id }) => !unknown.has(id));
    differences.push(...compareList(user, judged, verdicts));
  }
  return { ...counts, differences };
}
