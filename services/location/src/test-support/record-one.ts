/** Records one position as a batch. */
import type { ReceivedPosition } from '@nearby-friends/protocol';
import type { LocationCache, Recorded } from '../cache/location-cache.ts';

export async function recordOne(cache: LocationCache, position: ReceivedPosition): Promise<Recorded> {
  const [recorded, ...others] = await cache.recordBatch([position]);
  if (!recorded || others.length > 0) throw new Error('a batch of one has one outcome');
  return recorded;
}
