/** Whether it is within a user's quiet hours. */
import type { QuietHours } from '@nearby-friends/protocol';

/** By the clocks of the zone, so that a change of summer time moves nothing. `at`: ms since the epoch. */
export function isQuiet(quiet: QuietHours | null, at: number): boolean {
  if (quiet === null) return false;
  const { from, to, tz } = quiet;
  const options = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: tz } as const;
  // In this form texts are ordered as times are.
  const time = new Intl.DateTimeFormat('en-GB', options).format(at);
  return from < to ? time >= from && time < to : time >= from || time < to;
}
