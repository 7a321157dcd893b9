/** What every app's format is read into: one fix, or why there is none. */
import { locationUpdateSchema, type Position } from '@nearby-friends/protocol';
import { z } from 'zod';

export interface Fix {
  readonly position: Position;
  /** When the app took it, ms since the epoch; null: now. */
  readonly takenAt: number | null;
  /** When the device measured it, if the app says that apart from when it was last true, ms since the epoch. */
  readonly measuredAt?: number;
  /** The device was asked for it. */
  readonly isRequested?: boolean;
}

/**
 * Why a body has no fix. The app gets a success: it would send the same body for ever otherwise.
 * - `malformed`: not JSON, or not of the app's format.
 * - `other_message`: of the app's format, and about something else than a position.
 * - `invalid_position`: coordinates outside L1, or none.
 * - `invalid_time`: without its time an old position would count as new.
 * - `too_many`: more fixes in one body than the format may have.
 */
export const SKIP_REASONS = ['malformed', 'other_message', 'invalid_position', 'invalid_time', 'too_many'] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

export type Reading = { readonly fix: Fix } | { readonly skipped: SkipReason };

/** Returns undefined for a body that is not JSON in UTF-8. */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}

/** The fields as the protocol has them; what says nothing (null, negative, out of range) counts as absent (L1). */
interface Fields {
  readonly lat: unknown;
  readonly lng: unknown;
  readonly accuracy?: unknown;
  readonly heading?: unknown;
  readonly speed?: unknown;
  /** 0 to 1. */
  readonly battery?: unknown;
}

/** `takenAt`: ms since the epoch; NaN when the app's time cannot be read. */
export function readFix(fields: Fields, takenAt: number): Reading {
  const parsed = locationUpdateSchema.omit({ at: true }).safeParse(fields);
  if (!parsed.success) return { skipped: 'invalid_position' };
  if (!Number.isFinite(takenAt)) return { skipped: 'invalid_time' };
  return { fix: { position: dropUndefined(parsed.data), takenAt } };
}

/** A number in another unit; anything else stays, and counts as absent. */
export function dividedBy(value: unknown, divisor: number): unknown {
  return typeof value === 'number' ? value / divisor : value;
}

const isoTime = z.iso.datetime({ offset: true });

/** ms since the epoch; NaN for a time without a zone or in another form. */
export function readIsoTime(value: unknown): number {
  return isoTime.safeParse(value).success ? Date.parse(value as string) : Number.NaN;
}

/** The newest fix; without any the first reason. */
export function newestOf(readings: readonly Reading[]): Reading {
  let newest: Reading | null = null;
  let newestAt = Number.NEGATIVE_INFINITY;
  for (const reading of readings) {
    if (!('fix' in reading) || (reading.fix.takenAt ?? 0) < newestAt) continue;
    newest = reading;
    newestAt = reading.fix.takenAt ?? 0;
  }
  return newest ?? readings[0] ?? { skipped: 'other_message' };
}

function dropUndefined(position: Position): Position {
  const entries = Object.entries(position).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Position;
}
