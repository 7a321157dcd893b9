/** What a subject lets one viewer see. */
import { z } from 'zod';

export const precisionSchema = z.enum(['exact', 'approximate', 'hidden']);
export type Precision = z.infer<typeof precisionSchema>;

export const grantSchema = z.object({
  precision: precisionSchema,
  /** The grant ends at this time, ms since the epoch; null: it does not end. */
  until: z.number().nullable(),
});
export type Grant = z.infer<typeof grantSchema>;

/** Whether a grant lets anything through at `now`, ms since the epoch. */
export function isGranted({ precision, until }: Grant, now: number): boolean {
  return precision !== 'hidden' && (until === null || now < until);
}

const LASTING: Readonly<Record<Precision, Grant>> = {
  exact: Object.freeze({ precision: 'exact', until: null }),
  approximate: Object.freeze({ precision: 'approximate', until: null }),
  hidden: Object.freeze({ precision: 'hidden', until: null }),
};

/** The same grant. Nearly all are one of those without an end, so that whoever keeps one for each friend shares them. */
export function shareGrant(grant: Grant): Grant {
  return grant.until === null ? LASTING[grant.precision] : grant;
}
