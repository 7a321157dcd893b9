/** Formats distances, speeds and times in the user's language and units. */
import { type Units, units } from './units.ts';

const METERS_PER_KILOMETER = 1_000;
const METERS_PER_MILE = 1_609.344;
const METERS_PER_FOOT = 0.3048;
/** A shorter distance is in feet, miles. */
const MIN_MILES = 0.1;

/** Caches formatters, because creating one costs more than hundreds of uses. */
function cachedPerLanguage<T>(make: (language: string) => T): (language: string) => T {
  const formats = new Map<string, T>();
  return (language) => {
    const format = formats.get(language) ?? make(language);
    formats.set(language, format);
    return format;
  };
}

const distanceFormat = (unit: 'meter' | 'kilometer' | 'foot' | 'mile', maximumFractionDigits: number) =>
  cachedPerLanguage(
    (language) => new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits }),
  );
const meterFormat = distanceFormat('meter', 0);
const kilometerFormat = distanceFormat('kilometer', 0);
const fineKilometerFormat = distanceFormat('kilometer', 1);
const footFormat = distanceFormat('foot', 0);
const mileFormat = distanceFormat('mile', 0);
const fineMileFormat = distanceFormat('mile', 1);
const speedFormat = (unit: 'kilometer-per-hour' | 'mile-per-hour') =>
  cachedPerLanguage(
    (language) =>
      new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: 0 }),
  );
const kilometersPerHourFormat = speedFormat('kilometer-per-hour');
const milesPerHourFormat = speedFormat('mile-per-hour');
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

/** For example 40 m, 640 m, 1.2 km, 35 km; or 130 ft, 0.4 mi, 22 mi. */
export function distanceText(meters: number, language: string, inUnits: Units = units.value): string {
  if (inUnits === 'miles') return milesText(meters, language);
  if (meters < METERS_PER_KILOMETER - 5) return meterFormat(language).format(Math.round(meters / 10) * 10);
  const kilometers = meters / METERS_PER_KILOMETER;
  return (kilometers < 10 ? fineKilometerFormat : kilometerFormat)(language).format(kilometers);
}

function milesText(meters: number, language: string): string {
  const miles = meters / METERS_PER_MILE;
  if (miles < MIN_MILES) return footFormat(language).format(Math.round(meters / METERS_PER_FOOT / 10) * 10);
  return (miles < 10 ? fineMileFormat : mileFormat)(language).format(miles);
}

/** For example 5 km/h or 3 mph. */
export function speedText(metersPerSecond: number, language: string, inUnits: Units = units.value): string {
  const metersPerHour = metersPerSecond * 3_600;
  return inUnits === 'miles'
    ? milesPerHourFormat(language).format(metersPerHour / METERS_PER_MILE)
    : kilometersPerHourFormat(language).format(metersPerHour / METERS_PER_KILOMETER);
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
