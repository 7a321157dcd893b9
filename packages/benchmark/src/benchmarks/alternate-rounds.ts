/** Measures several builds one after the other, round by round, so that whatever else the machine does hits all alike. */
import { type Measurement, type Summary, summarize } from '../measure/measurement.ts';
import { median } from '../measure/statistics.ts';
import type { LoadPlan, Trial } from '../measure/trial.ts';
import type { BenchContext } from './bench-context.ts';
import { progressLine } from './measurement-table.ts';

/** How our build stands to the idiomatic one. */
interface Comparison {
  /** One for each build, in the order of the trials. */
  readonly summaries: readonly Summary[];
  /** Of several idiomatic builds the one that costs least: what ours is held against. */
  readonly idiomatic: Summary;
  /** What ours costs as a share of that one, round by round. */
  readonly shares: readonly number[];
  /** The middle of them. */
  readonly share: number;
}

/** The load has been running for as long as positions are held back, and somewhat more. */
const WARM_UP_MS = 1_300;

/**
 * Each round measures every trial once. There are as many as are set, or fewer: none is measured any more when the middle
 * of all of them is sure to be on one side of the bound, whatever the others were.
 */
export async function alternateRounds(
  context: Pick<BenchContext, 'settings' | 'check' | 'log'>,
  trials: readonly Pick<Trial, 'measure'>[],
  plan: Omit<LoadPlan, 'seconds'> & { readonly seconds?: number; readonly bound: number },
): Promise<Comparison> {
  const { bound, ...load } = plan;
  const rounds = new Map(trials.map((trial) => [trial, [] as Measurement[]]));
  for (let round = 0; round < context.settings.rounds; round += 1) {
    // There and back: none is always measured after the same other.
    for (const trial of round % 2 === 0 ? trials : trials.toReversed()) {
      context.check();
      const measured = await trial.measure({ seconds: context.settings.seconds, warmUpMs: WARM_UP_MS, ...load });
      rounds.get(trial)?.push(measured);
      context.log(`round ${round + 1}, ${progressLine(measured)}`);
    }
    const { shares } = compareRounds([...rounds.values()]);
    const within = shares.filter((share) => share <= bound).length;
    if (Math.max(within, shares.length - within) > context.settings.rounds / 2) break;
  }
  return compareRounds([...rounds.values()]);
}

/**
 * One list of rounds for each build, in which the same place means measured next to each other. Rounds are compared one by
 * one: what the machine can do changes more between them than the builds differ. Throws when one of the two is missing.
 */
export function compareRounds(builds: readonly (readonly Measurement[])[]): Comparison {
  const summaries = builds.map(summarize);
  const ours = builds.find(([first]) => first?.build === 'ours');
  const idiomatic = summaries.filter(({ build }) => build !== 'ours').sort((a, b) => a.cost - b.cost)[0];
  const theirs = builds.find(([first]) => first?.build === idiomatic?.build);
  if (ours === undefined || idiomatic === undefined || theirs === undefined)
    throw new Error('a build was not measured');
  const shares = ours.map(({ cost }, round) => cost / (theirs[round]?.cost ?? Number.NaN));
  return { summaries, idiomatic, shares, share: median(shares) };
}

/** For people. */
export function sharesText({ shares }: Comparison): string {
  return `Ours as a share of the idiomatic build, round by round: ${shares.map((share) => share.toFixed(3)).join(', ')}.`;
}
