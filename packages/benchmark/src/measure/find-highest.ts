/** Searches for the highest load that a build sustains. */

interface Step<Result> {
  readonly load: number;
  readonly result: Result;
}

export interface HighestFound<Result> {
  /** Null when not even the first load was sustained. */
  readonly highest: Step<Result> | null;
  /** All that was tried, in that order. */
  readonly steps: readonly Step<Result>[];
}

/** Of a step, in powers of the factor: coarse at first, fine in the end. */
const STEPS = [3, 1, 1 / 3];
/** Where the end is known to be near. */
const FINE_STEPS = [1 / 3];

/**
 * Raises the load by `factor`³ until it breaks, then from the last good one by `factor` until it breaks again, then by
 * its third root; by that alone when the end `isNear`. A load that breaks is tried a second time before it is believed, since one pause of the machine breaks any.
 */
export async function findHighest<Result>(options: {
  readonly from: number;
  readonly factor: number;
  readonly most: number;
  readonly attempt: (load: number) => Promise<Result>;
  readonly isGood: (result: Result) => boolean;
  readonly isNear?: boolean;
}): Promise<HighestFound<Result>> {
  const { from, factor, most, attempt, isGood, isNear = false } = options;
  const steps: Step<Result>[] = [];
  const tryLoad = async (load: number): Promise<Step<Result> | null> => {
    for (let tries = 0; tries < 2; tries += 1) {
      const step = { load, result: await attempt(load) };
      steps.push(step);
      if (isGood(step.result)) return step;
    }
    return null;
  };
  let highest: Step<Result> | null = null;
  let broken = Number.POSITIVE_INFINITY;
  for (const growth of (isNear ? FINE_STEPS : STEPS).map((power) => factor ** power)) {
    for (let load: number = highest === null ? from : highest.load * growth; load <= most && load < broken * 0.99; ) {
      const step = await tryLoad(load);
      if (step === null) {
        broken = load;
        break;
      }
      highest = step;
      load *= growth;
    }
    if (highest === null) break;
  }
  return { highest, steps };
}
