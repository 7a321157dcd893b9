/** Overland's batches of GeoJSON features (github.com/aaronpk/Overland-iOS). */
import { z } from 'zod';
import { newestOf, parseJson, type Reading, readFix, readIsoTime } from './fix.ts';

/** The app sends 10 to 1,000 in a batch, as its user has set. */
const MAX_LOCATIONS = 1_000;

const batchSchema = z.looseObject({ locations: z.array(z.unknown()) });
const featureSchema = z.looseObject({
  geometry: z.looseObject({ type: z.literal('Point'), coordinates: z.array(z.unknown()) }),
  properties: z.record(z.string(), z.unknown()),
});

/** Only the newest valid fix of a batch counts. */
export function readOverland(body: Buffer): Reading {
  const batch = batchSchema.safeParse(parseJson(body));
  if (!batch.success) return { skipped: 'malformed' };
  const { locations } = batch.data;
  return locations.length > MAX_LOCATIONS ? { skipped: 'too_many' } : newestOf(locations.map(readFeature));
}

function readFeature(value: unknown): Reading {
  const feature = featureSchema.safeParse(value);
  if (!feature.success) return { skipped: 'invalid_position' };
  const { geometry, properties } = feature.data;
  // GeoJSON has the longitude first.
  const [lng, lat] = geometry.coordinates;
  return readFix(
    {
      lat,
      lng,
      accuracy: properties['horizontal_accuracy'],
      heading: properties['course'],
      speed: properties['speed'],
      battery: properties['battery_level'],
    },
    readIsoTime(properties['timestamp']),
  );
}
