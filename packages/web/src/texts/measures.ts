/** Formats distances and times in the user's language. */

const METERS_PER_KILOMETER = 1_000;

/** Caches formatters, because creating one costs more than hundreds of uses. */
function cachedPerLanguage<T>(make: (language: string) => T): (language: string) => T {
  const formats = new Map<string, T>();
  return (language) => {
    const format = formats.get(language) ?? make(language);
    formats.set(language, format);
    return format;
  };
}

const distanceFormat = (unit: 'meter' | 'kilometer', maximumFractionDigits: number) =>
  cachedPerLanguage(
    (language) => new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits }),
  );
const meterFormat = distanceFormat('meter', 0);
const kilometerFormat = distanceFormat('kilometer', 0);
const fineKilometerFormat = distanceFormat('kilometer', 1);
const speedFormat = cachedPerLanguage(
  (language) =>
    new Intl.NumberFormat(language, {
      style: 'unit',
      unit: 'kilometer-per-hour',
      unitDisplay: 'short',
      maximumFractionDigits: 0,
    }),
);
const percentFormat = cachedPerLanguage(
  (language) => new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 0 }),
);
const ageFormat = cachedPerLanguage(
  (language) => new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' }),
);
const timeFormat = cachedPerLanguage(
  (language) => new Intl.DateTimeFormat(language, { hour: 'numeric', minute: '2-digit' }),
);
const dayAndTimeFormat = cachedPerLanguage(
  (language) => new Intl.DateTimeFormat(language, { hour: 'numeric', minute: '2-digit', weekday: 'short' }),
);
const dayFormat = cachedPerLanguage((language) => new Intl.DateTimeFormat(language, { dateStyle: 'medium' }));

/** For example 40 m, 640 m, 1.2 km, 35 km. */
export function distanceText(meters: number, language: string): string {
  if (meters < METERS_PER_KILOMETER - 5) return meterFormat(language).format(Math.round(meters / 10) * 10);
  const kilometers = meters / METERS_PER_KILOMETER;
  return (kilometers < 10 ? fineKilometerFormat : kilometerFormat)(language).format(kilometers);
}

/** For example 5 km/h. */
export function speedText(metersPerSecond: number, language: string): string {
  return speedFormat(language).format((metersPerSecond * 3_600) / METERS_PER_KILOMETER);
}

/** Of a charge, which phones report as 0–1 or as 0–100. */
export function percentText(charge: number, language: string): string {
  return percentFormat(language).format(charge <= 1 ? charge : charge / 100);
}

/** For example now, 20 seconds ago, 3 minutes ago. A negative age from clock differences counts as now. */
export function ageText(ageMs: number, language: string): string {
  const seconds = Math.max(0, Math.round(ageMs / 1000));
  const format = ageFormat(language);
  if (seconds < 10) return format.format(0, 'second');
  if (seconds < 60) return format.format(-Math.floor(seconds / 10) * 10, 'second');
  return format.format(-Math.floor(seconds / 60), 'minute');
}

/** The time of day, with the weekday if it is not today. */
export function untilText(at: number, language: string, now: number): string {
  const isToday = new Date(at).toDateString() === new Date(now).toDateString();
  return (isToday ? timeFormat : dayAndTimeFormat)(language).format(at);
}

export function dayText(at: number, language: string): string {
  return dayFormat(language).format(at);
}

/** The time of day, or the day if it is not today. */
export function lastSeenText(at: number, language: string, now: number): string {
  const isToday = new Date(at).toDateString() === new Date(now).toDateString();
  return isToday ? timeFormat(language).format(at) : dayText(at, language);
}

/** The end of the current day in the user's time zone, ms since the epoch. */
export function tonight(now: number): number {
  const end = new Date(now);
  end.setHours(24, 0, 0, 0);
  return end.getTime();
}
