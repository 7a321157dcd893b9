/** Fast reports only while a person looks, from page to page through two gateways. */
import { describe, expect, it } from '@jest/globals';
import { useSharedSystem } from '@nearby-friends/testing';
import { eventually } from '@nearby-friends/testing/eventually';
import { FERRY_BUILDING } from '@nearby-friends/testing/places';
import { useConnections } from './connect.testing.ts';
import type { GeolocationSource } from './device.ts';

/** Far below the 30 s of a device that no person looks at, and far above the 3 s of the other on a loaded machine. */
const CLEARLY_FASTER_MS = 15_000;
/** The pace lasts a minute after the last look. */
const BACK_DEADLINE_MS = 120_000;

const system = useSharedSystem();
const connectAs = useConnections(system);

/** A stationary phone: it says where it is to each new watch, and then nothing. */
const stationary: GeolocationSource = {
  watchPosition(onFix) {
    const { lat: latitude, lng: longitude } = FERRY_BUILDING;
    onFix({ coords: { latitude, longitude, accuracy: 5, heading: null, speed: null }, timestamp: Date.now() });
    return 1;
  },
  clearWatch: () => undefined,
};

describe('a friend who is looked at', () => {
  it('reports every 3 s while a viewer who sees it exactly looks, and every 30 s otherwise', async () => {
    await system.befriend(['fast-vic', 'fast-sam'], ['fast-vic', 'fast-about'], ['fast-vic', 'fast-slow']);
    const subjects = await Promise.all(
      ['fast-sam', 'fast-about', 'fast-slow'].map((user) => connectAs(user, { gateway: 1, geolocation: stationary })),
    );
    const [sam, about, slow] = subjects as [(typeof subjects)[0], (typeof subjects)[0], (typeof subjects)[0]];
    await about.api.viewers.grant('fast-vic', { precision: 'approximate', until: null });
    sam.watchPosition();
    about.watchPosition();
    slow.watchPosition({ fastReports: false });
    const vic = await connectAs('fast-vic', { gateway: 0 });
    await vic.updateLocation(FERRY_BUILDING);
    await eventually(() => expect(vic.ids.toSorted()).toEqual(['fast-about', 'fast-sam', 'fast-slow']));
    const stamps = new Map<string, number[]>();
    vic.nearby.subscribe((friends) => {
      for (const { id, at } of friends) {
        const known = stamps.get(id) ?? [];
        if (known.at(-1) !== at) stamps.set(id, [...known, at]);
      }
    });
    expect(sam.requestedIntervalMs.value).toBeUndefined();

    vic.setViewing(true);
    await eventually(() => {
      const times = stamps.get('fast-sam') ?? [];
      expect(times.length).toBeGreaterThan(3);
      expect((times.at(-1) ?? 0) - (times.at(-4) ?? 0)).toBeLessThan(CLEARLY_FASTER_MS);
    }, 60_000);
    expect(sam.requestedIntervalMs.value).toBe(3_000);
    // Asked as well, and it does not follow.
    expect(slow.requestedIntervalMs.value).toBe(3_000);
    expect(stamps.get('fast-slow')?.length ?? 0).toBeLessThan(3);
    // An approximate friend would learn that somebody looks whom it does not show itself to.
    expect(about.requestedIntervalMs.value).toBeUndefined();

    vic.setViewing(false);
    await eventually(() => expect(sam.requestedIntervalMs.value).toBeUndefined(), BACK_DEADLINE_MS);
  }, 240_000);

  it('is not asked by a connection that is gone, nor by one that never said that it looks', async () => {
    await system.befriend(['fast-wes', 'fast-tom']);
    const tom = await connectAs('fast-tom', { gateway: 1, geolocation: stationary });
    tom.watchPosition();
    const asks: (number | undefined)[] = [];
    tom.requestedIntervalMs.subscribe((everyMs) => asks.push(everyMs));
    const wes = await connectAs('fast-wes', { gateway: 0 });
    await wes.updateLocation(FERRY_BUILDING);
    await eventually(() => expect(wes.ids).toEqual(['fast-tom']));
    wes.setViewing(true);
    await eventually(() => expect(asks).toEqual([3_000]));
    wes.close();
    await eventually(() => expect(asks).toStrictEqual([3_000, undefined]), BACK_DEADLINE_MS);
  }, 180_000);
});
