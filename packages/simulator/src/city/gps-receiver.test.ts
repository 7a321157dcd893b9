/** The fixes of a phone: near the true position, drifting, and now and then wrong. */
import { describe, expect, it } from '@jest/globals';
import { distanceMeters } from '@nearby-friends/geo';
import { positionSchema } from '@nearby-friends/protocol';
import { seededRandom } from '../plain/seeded-random.ts';
import { GpsReceiver } from './gps-receiver.ts';

const HERE = { lat: 41.8695, lng: -87.6929, speed: 0, heading: undefined };
const FIXES = 20_000;

function errorsOf(seed: number, everySeconds: number): number[] {
  const receiver = new GpsReceiver(seededRandom(seed));
  return Array.from({ length: FIXES }, (_, index) => {
    const { lat, lng } = receiver.fix(HERE, index * everySeconds);
    return distanceMeters(HERE.lat, HERE.lng, lat, lng);
  });
}

describe('a fix', () => {
  it('is mostly within a few metres, and rarely hundreds away', () => {
    const errors = errorsOf(1, 60).sort((a, b) => a - b);
    expect(errors[FIXES / 2]).toBeGreaterThan(2);
    expect(errors[FIXES / 2]).toBeLessThan(12);
    const jumps = errors.filter((meters) => meters > 50).length;
    expect(jumps).toBeGreaterThan(FIXES / 1_000);
    expect(jumps).toBeLessThan(FIXES / 200);
    expect(errors.at(-1)).toBeLessThan(350);
  });

  it('drifts: a second later the error is about the same, minutes later another', () => {
    const change = (everySeconds: number): number => {
      const receiver = new GpsReceiver(seededRandom(2));
      const fixes = Array.from({ length: 400 }, (_, index) => receiver.fix(HERE, index * everySeconds));
      const steps = fixes.slice(1).map((fix, index) => {
        const before = fixes[index] ?? fix;
        return distanceMeters(before.lat, before.lng, fix.lat, fix.lng);
      });
      return steps.sort((a, b) => a - b)[200] ?? 0;
    };
    expect(change(1)).toBeLessThan(change(300) / 2);
  });

  it('reports its accuracy, also when it is wrong', () => {
    const receiver = new GpsReceiver(seededRandom(3));
    const inAccuracies = Array.from({ length: 5_000 }, (_, index) => {
      const { lat, lng, accuracy = 0 } = receiver.fix(HERE, index);
      return distanceMeters(HERE.lat, HERE.lng, lat, lng) / accuracy;
    });
    expect(Math.max(...inAccuracies)).toBeLessThan(5);
  });

  it('is what the protocol takes, moving or standing', () => {
    const receiver = new GpsReceiver(seededRandom(4));
    for (const motion of [HERE, { ...HERE, speed: 12.34, heading: 359.9 }]) {
      expect(() => positionSchema.parse(receiver.fix(motion, 1))).not.toThrow();
    }
  });
});
