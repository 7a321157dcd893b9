/** Traccar Client's reports, of version 9 or later (github.com/traccar/traccar-client). */
import { z } from 'zod';
import { newestOf, parseJson, type Reading, readFix, readIsoTime } from './fix.ts';

const MAX_LOCATIONS = 1_000;

const reportSchema = z.looseObject({ device_id: z.string().min(1), location: z.unknown().optional() });
const locationSchema = z.looseObject({
  timestamp: z.unknown().optional(),
  coords: z.record(z.string(), z.unknown()),
  battery: z.record(z.string(), z.unknown()).optional().catch(undefined),
});

export interface TraccarReport {
  /** The app sends no header that its user could choose: what it calls its device's identifier is the secret. */
  readonly secret: string;
  readonly reading: Reading;
}

/** One report or several, each with one location or several; the newest counts. Null: it names no device. */
export function readTraccar(body: Buffer): TraccarReport | null {
  const reports = z
    .array(reportSchema)
    .min(1)
    .safeParse(asArray(parseJson(body)));
  if (!reports.success) return null;
  const [{ device_id: secret }] = reports.data as [z.infer<typeof reportSchema>];
  // All are of one device.
  if (reports.data.some((report) => report.device_id !== secret)) return null;
  const locations = reports.data.flatMap(({ location }) => asArray(location));
  const reading: Reading =
    locations.length > MAX_LOCATIONS ? { skipped: 'too_many' } : newestOf(locations.map(readLocation));
  return { secret, reading };
}

function readLocation(value: unknown): Reading {
  const location = locationSchema.safeParse(value);
  if (!location.success) return { skipped: 'invalid_position' };
  const { timestamp, coords, battery } = location.data;
  return readFix(
    {
      lat: coords['latitude'],
      lng: coords['longitude'],
      accuracy: coords['accuracy'],
      heading: coords['heading'],
      speed: coords['speed'],
      battery: battery?.['level'],
    },
    readIsoTime(timestamp),
  );
}

function asArray(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value];
}
