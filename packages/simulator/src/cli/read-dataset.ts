/** Reads the dataset of a replay, and describes it. */
import { RemedyError } from '@nearby-friends/local-stack';
import { assignMovers } from '../dataset/assign-movers.ts';
import { type Friendships, readFriendships } from '../dataset/friendships.ts';
import { type Movement, readMovements, type TimeWindow, within } from '../dataset/movements.ts';
import { windowFigures } from '../dataset/window-figures.ts';
import type { ReplayPlan } from './parse-replay-arguments.ts';

const HOUR_MS = 3_600_000;

export interface Dataset {
  readonly friendships: Friendships;
  /** Those of the window. */
  readonly movements: readonly Movement[];
  readonly window: TimeWindow;
  /** For the person who watches; a line each. */
  readonly description: readonly string[];
}

/** Throws {@link RemedyError} when a file cannot be used or the window holds nothing. */
export async function readDataset(plan: ReplayPlan): Promise<Dataset> {
  const remedy = 'Pass --friendships FILE and --movements FILE, or set NEARBY_DATA to the folder that holds them.';
  const friendships = await readFriendships(plan.friendshipsFile, remedy);
  const found = await readMovements(plan.movementsFile, remedy);
  const assignment = plan.assign ? assignMovers(found, friendships) : undefined;
  const all = assignment?.movements ?? found;
  const window = chooseWindow(plan, all);
  const movements = within(all, window);
  if (movements.length === 0) {
    throw new RemedyError('The window holds no movement.', 'Choose another one with --from and --to or --hours.');
  }
  const description = describe(plan, friendships, movements, window);
  if (assignment !== undefined) {
    const { userOf, leftOut } = assignment;
    const rest = leftOut === 0 ? '' : `; ${leftOut} movers are left out, there are not enough users`;
    description.unshift(
      `An invention of this replay: the ${userOf.size} movers of ${plan.movementsFile} are given to the ${userOf.size} best-connected users of ${plan.friendshipsFile}${rest}.`,
    );
  }
  return { friendships, movements, window, description };
}

function chooseWindow({ fromMs, toMs, hours }: ReplayPlan, movements: readonly Movement[]): TimeWindow {
  const begin = fromMs ?? movements[0]?.atMs ?? 0;
  const lastMs = movements.at(-1)?.atMs ?? 0;
  const end = hours === undefined ? (toMs ?? lastMs + 1) : begin + hours * HOUR_MS;
  if (end > begin) return { fromMs: begin, toMs: end };
  throw new RemedyError('The window ends before it begins.', 'Choose --from earlier than --to.');
}

function describe(
  { speed, deploymentTtlMs, radiusMeters }: ReplayPlan,
  friendships: Friendships,
  movements: readonly Movement[],
  window: TimeWindow,
): string[] {
  const ttlMs = deploymentTtlMs * speed;
  const figures = windowFigures({ movements, window, friendships, radiusMeters, ttlMs });
  const wallSeconds = (window.toMs - window.fromMs) / speed / 1_000;
  const iso = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');
  return [
    `${figures.movements} movements of ${figures.movers} users, ${iso(window.fromMs)} to ${iso(window.toMs)}, at ${speed} s a second: ${wallSeconds.toFixed(0)} s.`,
    `A position counts for ${ttlMs / 1_000} s of dataset time, ${deploymentTtlMs / 1_000} s of real time; radius ${radiusMeters} m.`,
    `${figures.pairs} viewers’ friends move; ${figures.listedMean.toFixed(0)} of them are listed on average, ${figures.listedMax} at most; ${figures.entered} times one comes near, ${figures.left} leave, ${figures.expired} expire.`,
  ];
}
