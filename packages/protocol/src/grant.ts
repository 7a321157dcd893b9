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
