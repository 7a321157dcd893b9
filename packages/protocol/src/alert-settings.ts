/** When a user wants to be alerted of friends who come near. */
import { z } from 'zod';

export const MIN_ALERT_RADIUS_METERS = 100;
export const MAX_ALERT_RADIUS_METERS = 5_000;
export const DEFAULT_ALERT_RADIUS_METERS = 1_000;
export const alertRadiusMetersSchema = z.number().min(MIN_ALERT_RADIUS_METERS).max(MAX_ALERT_RADIUS_METERS);

/** The languages of alerts. */
export const alertLanguageSchema = z.enum(['en', 'ko']);
export type AlertLanguage = z.infer<typeof alertLanguageSchema>;

const timeOfDaySchema = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day, 00:00 to 23:59');

/** Names of the IANA database have at most 32 characters. */
const MAX_ZONE_LENGTH = 64;

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** From the minute `from` until before the minute `to`, each day by the clocks of `tz`; past midnight if `to` is earlier. */
export const quietHoursSchema = z
  .strictObject({
    from: timeOfDaySchema,
    to: timeOfDaySchema,
    tz: z
      .string()
      .max(MAX_ZONE_LENGTH)
      .refine(isTimeZone, { error: 'must be a time zone of the IANA database, such as Europe/Berlin' }),
  })
  .refine(({ from, to }) => from !== to, { error: 'must not end when they begin', path: ['to'] });
export type QuietHours = z.infer<typeof quietHoursSchema>;
