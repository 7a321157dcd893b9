/** Moves many clients around a place, each with one position update per second. */
import type { NearbyClient } from '@nearby-friends/testing';
import { seededRandom } from '@nearby-friends/testing/seeded-random';

const REPORT_MS = 1_000;
/** Half the side of their area, degrees: about 4 km. */
const SPREAD_DEGREES = 0.035;
/** One step, about 12 m. */
const STEP_DEGREES = 0.000_11;

/** Returns a function that stops them. */
export function startMoving(
  clients: readonly NearbyClient[],
  around: { readonly lat: number; readonly lng: number },
): () => void {
  const random = seededRandom(7);
  const walkers = clients.map((client) => ({
    client,
    lat: around.lat + (random() - 0.5) * 2 * SPREAD_DEGREES,
    lng: around.lng + (random() - 0.8) * 2 * SPREAD_DEGREES,
    course: random() * Math.PI * 2,
  }));
  const step = (walker: (typeof walkers)[number]): void => {
    walker.course += (random() - 0.5) * 0.8;
    walker.lat += Math.cos(walker.course) * STEP_DEGREES;
    walker.lng += Math.sin(walker.course) * STEP_DEGREES * 1.3;
    walker.client.socket.emit('location:update', { lat: walker.lat, lng: walker.lng });
  };
  // The updates are spread over the second.
  let next = 0;
  const timer = setInterval(() => {
    const walker = walkers[next++ % walkers.length];
    if (walker) step(walker);
  }, REPORT_MS / walkers.length);
  for (const walker of walkers) step(walker);
  return () => clearInterval(timer);
}
