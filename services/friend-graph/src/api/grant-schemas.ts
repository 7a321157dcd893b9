/** The schemas of what a user grants, and the rule for the time at which it ends. */
import { precisionSchema } from '@nearby-friends/protocol';
import type { Clock } from '@nearby-friends/service-kit';
import { z } from 'zod';
import { InvalidInputError } from './parse-input.ts';
import { timeSchema } from './response-schemas.ts';

export const grantSchema = z
  .strictObject({
    precision: precisionSchema,
    until: timeSchema.nullable().describe('When the grant ends; null: it does not end.'),
  })
  .meta({ id: 'Grant', description: 'What one viewer may see.' });

export const untilSchema = timeSchema.nullable().default(null);

export const grantChangeSchema = z
  .strictObject({ ...grantSchema.shape, until: untilSchema.describe('In the future; null or absent: no end.') })
  .meta({ id: 'GrantChange' });

/** What a user grants a future friend; without either field the user has made no choice. */
export const choiceShape = {
  precision: precisionSchema.optional().describe('What I let the other see from the first moment. Default: exact.'),
  until: timeSchema.nullable().optional().describe('When that ends, in the future; null or absent: no end.'),
};

/** Throws {@link InvalidInputError} unless `until` (ms since the epoch) lies ahead or is absent. */
export function requireFuture(until: number | null | undefined, clock: Clock): void {
  if (until === null || until === undefined || until > clock.now()) return;
  const defect = { path: 'until', message: 'must be in the future' };
  throw new InvalidInputError('The request is invalid at until; see "errors".', [defect]);
}
