/** A grant: what one viewer may see of a subject. */
import { z } from 'zod';

export const precisionSchema = z.enum(['exact', 'approximate', 'hidden']);
export type Precision = z.infer<typeof precisionSchema>;

export const grantSchema = z.object({
  precision: precisionSchema,
  /** The grant ends at this time, ms since the epoch; null: it does not end. */
  until: z.number().nullable(),
});
export type Grant = z.infer<typeof grantSchema>;

/** Whether the grant is effective at `now`, ms since the epoch. */
export function isGranted({ precision, until }: Grant, now: number): boolean {
  return precision !== 'hidden' && (until === null || now < until);
}

const LASTING: Readonly<Record<Precision, Grant>> = {
  exact: Object.freeze({ precision: 'exact', until: null }),
  approximate: Object.freeze({ precision: 'approximate', until: null }),
  hidden: Object.freeze({ precision: 'hidden', until: null }),
};

/** An equal grant, shared if it has no end, which saves memory: nearly all grants have none. */
export function shareGrant(grant: Grant): Grant {
  return grant.until === null ? LASTING[grant.precision] : grant;
}
