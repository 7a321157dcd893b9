/** Who was where when, from a CSV of timed positions. */
import { type Position, positionSchema, type UserId, userIdSchema } from '@nearby-friends/protocol';
import { malformedValue, readCsv } from './csv.ts';

export interface Movement {
  readonly user: UserId;
  /** Dataset time, ms since the epoch. */
  readonly atMs: number;
  /** Degrees. */
  readonly lat: number;
  readonly lng: number;
  /** What else a phone reports. */
  readonly sensors?: Omit<Position, 'lat' | 'lng'>;
}

/** Dataset time, ms since the epoch; `fromMs` belongs to it, `toMs` does not. */
export interface TimeWindow {
  readonly fromMs: number;
  readonly toMs: number;
}

/** An ISO 8601 time that names its zone: a local time would replay differently on every machine. */
const ISO_TIME_WITH_ZONE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

/** Milliseconds since the epoch, or undefined when it is not an ISO 8601 time with a zone. */
export function parseIsoTime(text: string): number | undefined {
  const ms = ISO_TIME_WITH_ZONE.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

/** Reads columns `user,timestamp,lat,lon`, which must be sorted by time. Throws {@link ReplayError} with file and line. */
export async function readMovements(file: string, remedyIfMissing: string): Promise<Movement[]> {
  const rows = await readCsv(file, ['user', 'timestamp', 'lat', 'lon'], remedyIfMissing);
  let previousMs = Number.NEGATIVE_INFINITY;
  return rows.map(({ values, line }) => {
    const user = userIdSchema.safeParse(values.user);
    if (!user.success) throw malformedValue(file, line, 'user', 'a user id (1–64 characters of A-Za-z0-9_-)');
    const atMs = parseIsoTime(values.timestamp);
    if (atMs === undefined) {
      throw malformedValue(file, line, 'timestamp', 'an ISO 8601 time with a zone (2010-02-01T12:00:00Z)');
    }
    if (atMs < previousMs) throw malformedValue(file, line, 'timestamp', 'later than the line before');
    previousMs = atMs;
    const position = positionSchema.safeParse({ lat: parseDegrees(values.lat), lng: parseDegrees(values.lon) });
    if (!position.success) throw malformedValue(file, line, 'lat, lon', 'a position in degrees');
    return { user: user.data, atMs, lat: position.data.lat, lng: position.data.lng };
  });
}

/** The movements of a window of time. */
export function within(movements: readonly Movement[], { fromMs, toMs }: TimeWindow): Movement[] {
  return movements.filter(({ atMs }) => atMs >= fromMs && atMs < toMs);
}

/** `Number('')` is 0: an empty field must not become a position on the equator. */
function parseDegrees(text: string): number {
  return text === '' ? Number.NaN : Number(text);
}
