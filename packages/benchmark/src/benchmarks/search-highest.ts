/** Finds the highest load that one trial sustains. */
import { findHighest, type HighestFound } from '../measure/find-highest.ts';
import { isSustained, type Measurement } from '../measure/measurement.ts';
import type { Trial } from '../measure/trial.ts';
import { type BenchContext, intervalFor } from './bench-context.ts';
import { progressLine } from './measurement-table.ts';

const FACTOR = 1.3;
/** Deliveries/s per client that a search begins and ends with. */
const FIRST_PER_CLIENT = 2.5;
const MAX_PER_CLIENT = 250;
/** As long as positions are held back: then all that is measured runs evenly. */
const WARM_UP_MS = 1_000;

/** Loads are deliveries/s of all clients, `near` one that is near the end, if known; `edges` of the graph, both directions. */
export async function searchHighest(
  context: BenchContext,
  trial: Trial,
  edges: number,
  near?: number,
): Promise<HighestFound<Measurement>> {
  return await findHighest({
    from: near ?? FIRST_PER_CLIENT * trial.load.clients,
    isNear: near !== undefined,
    factor: FACTOR,
    most: MAX_PER_CLIENT * trial.load.clients,
    isGood: isSustained,
    attempt: async (load) => {
      context.check();
      const measured = await trial.measure({
        intervalMs: intervalFor(load, edges),
        seconds: Math.max(1, context.settings.seconds / 2),
        warmUpMs: WARM_UP_MS,
      });
      context.log(progressLine(measured));
      return measured;
    },
  });
}
