/** Distances and times as people say them. */

const METERS_PER_KILOMETER = 1_000;

/** 40 m, 640 m, 1.2 km, 35 km: no finer than anybody can use. */
export function distanceText(meters: number, language: string): string {
  const isFar = meters >= METERS_PER_KILOMETER - 5;
  const value = isFar ? meters / METERS_PER_KILOMETER : Math.round(meters / 10) * 10;
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: isFar ? 'kilometer' : 'meter',
    unitDisplay: 'short',
    maximumFractionDigits: isFar && value < 10 ? 1 : 0,
  }).format(value);
}

/** now, 20 seconds ago, 3 minutes ago. A clock that is a little off makes nobody report from the future. */
export function ageText(ageMs: number, language: string): string {
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' });
  const seconds = Math.max(0, Math.round(ageMs / 1000));
  if (seconds < 10) return format.format(0, 'second');
  return seconds < 60
    ? format.format(-Math.floor(seconds / 10) * 10, 'second')
    : format.format(-Math.floor(seconds / 60), 'minute');
}

/** The time of day, with the day where it is not today. */
export function untilText(at: number, language: string, now: number): string {
  const isToday = new Date(at).toDateString() === new Date(now).toDateString();
  const format = new Intl.DateTimeFormat(language, {
    hour: 'numeric',
    minute: '2-digit',
    ...(isToday ? {} : { weekday: 'short' }),
  });
  return format.format(at);
}

export function dayText(at: number, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium' }).format(at);
}

/** The end of this day where the person is, ms since the epoch. */
export function tonight(now: number): number {
  const end = new Date(now);
  end.setHours(24, 0, 0, 0);
  return end.getTime();
}
