/** A grant: what one viewer may see of a subject. */
import { z } from 'zod';

export const precisionSchema = z.enum(['exact', 'approximate', 'hidden']);
export type Precision = z.infer<typeof precisionSchema>;

export const grantSchema = z.object({
  precision: precisionSchema,
  /** The grant ends at this time, ms since the epoch; null: it does not end. */
  until: z.number().nullable(),
  /** A position received before this time, ms on Redis' clock, was withheld from the viewer and stays so; absent: none. */
  shownFrom: z.number().optional(),
  /** The same for the exact form of a position; absent: as `shownFrom`. */
  exactFrom: z.number().optional(),
});
export type Grant = z.infer<typeof grantSchema>;

/** Whether the grant is effective at `now`, ms since the epoch. */
export function isGranted({ precision, until }: Grant, now: number): boolean {
  return precision !== 'hidden' && (until === null || now < until);
}

/** A grant as a gateway holds it: the times are numbers, which each delivery compares. */
export interface HeldGrant extends Grant {
  readonly shownFrom: number;
  /** Not before `shownFrom`. */
  readonly exactFrom: number;
}

const lasting = (precision: Precision): HeldGrant =>
  Object.freeze({ precision, until: null, shownFrom: 0, exactFrom: 0 });
const LASTING: Readonly<Record<Precision, HeldGrant>> = {
  exact: lasting('exact'),
  approximate: lasting('approximate'),
  hidden: lasting('hidden'),
};

/** An equal grant, shared if it has no end and withholds nothing, which saves memory: nearly all grants are like that. */
export function shareGrant({ precision, until, shownFrom = 0, exactFrom = 0 }: Grant): HeldGrant {
  const exactOrShown = Math.max(shownFrom, exactFrom);
  if (until === null && exactOrShown === 0) return LASTING[precision];
  return { precision, until, shownFrom, exactFrom: exactOrShown };
}

/** Whether two held grants are equal. */
export function isSameGrant(one: HeldGrant, other: HeldGrant): boolean {
  return (
    one.precision === other.precision &&
    one.until === other.until &&
    one.shownFrom === other.shownFrom &&
    one.exactFrom === other.exactFrom
  );
}

/** Whether the grant shows the exact form of a position received at `at`, ms on Redis' clock, while it is effective. */
export function isSeenExactly({ precision, exactFrom }: HeldGrant, at: number): boolean {
  return precision === 'exact' && at >= exactFrom;
}
