/** Measures several builds one after the other, round by round, so that whatever else the machine does hits all alike. */
import { type Measurement, type Summary, summarize } from '../measure/measurement.ts';
import type { LoadPlan, Trial } from '../measure/trial.ts';
import type { BenchContext } from './bench-context.ts';
import { progressLine } from './measurement-table.ts';

/** One summary for each trial, in their order. */
export async function alternateRounds(
  context: BenchContext,
  trials: readonly Trial[],
  plan: Omit<LoadPlan, 'seconds'> & { readonly seconds?: number },
  roundsWanted = context.settings.rounds,
): Promise<Summary[]> {
  const rounds = new Map<Trial, Measurement[]>(trials.map((trial) => [trial, []]));
  for (let round = 0; round < roundsWanted; round += 1) {
    for (const trial of trials) {
      context.check();
      const measured = await trial.measure({ seconds: context.settings.seconds, ...plan });
      rounds.get(trial)?.push(measured);
      context.say(`round ${round + 1}, ${progressLine(measured)}`);
    }
  }
  return trials.map((trial) => summarize(rounds.get(trial) ?? []));
}

/** Of several idiomatic summaries, the one that costs least: what ours is held against. */
export function cheapestIdiomatic(summaries: readonly Summary[]): Summary {
  const [cheapest] = summaries.filter(({ build }) => build !== 'ours').sort((a, b) => a.cost - b.cost);
  if (cheapest === undefined) throw new Error('no idiomatic build was measured');
  return cheapest;
}

/** Throws when it was not measured. */
export function oursOf(summaries: readonly Summary[]): Summary {
  const ours = summaries.find(({ build }) => build === 'ours');
  if (ours === undefined) throw new Error('our build was not measured');
  return ours;
}
