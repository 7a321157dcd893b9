/** Checks that nothing is reported that the user has not chosen or that the device no longer confirms. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { NearbyError, type NearbyErrorCode, type PositionReport, type WatchOptions } from '@nearby-friends/client';
import { eventually } from '@nearby-friends/testing/eventually';
import { OwnPosition } from './own-position.ts';

const CHICAGO = { lat: 41.88, lng: -87.63 };
const HOME = { lat: 37.5, lng: 127 };
const KEYS = ['walk', 'source'].map((key) => `nearby-friends:${key}`);

class StorageOfTest extends Map<string, string> {
  getItem = (key: string) => this.get(key) ?? null;
  setItem = (key: string, value: string) => void this.set(key, value);
  removeItem = (key: string) => void this.delete(key);
}

let stored: StorageOfTest;
let reported: PositionReport[];
let device: WatchOptions | undefined;

beforeEach(() => {
  stored = new StorageOfTest();
  for (const storage of ['sessionStorage', 'localStorage']) {
    Object.defineProperty(globalThis, storage, { value: stored, configurable: true });
  }
  reported = [];
  device = undefined;
});

function open(): OwnPosition {
  return new OwnPosition({
    startAt: CHICAGO,
    connection: {
      async updateLocation(position) {
        reported.push(position);
        return { at: 1, shared: true };
      },
      watchPosition(options = {}) {
        device = options;
        return {
          stop: () => {
            device = undefined;
          },
        };
      },
    },
  });
}

const failure = (code: NearbyErrorCode) => new NearbyError({ code, message: 'No.', retryable: false });
const left = () => KEYS.map((key) => stored.get(key));

describe('the own position', () => {
  it.each(['geolocation_denied', 'no_geolocation'] as const)(
    'is forgotten when the device no longer gives it (%s), and the reason stays',
    async (code) => {
      const me = open();
      me.followDevice();
      device?.onPosition?.(HOME);
      expect(me.place.value).toEqual(HOME);
      device?.onError?.(failure(code));
      expect([me.place.value, me.source.value, device]).toEqual([null, 'none', undefined]);
      expect([me.problem.value?.code, ...left()]).toEqual([code, undefined, undefined]);
      const reloaded = open();
      reloaded.resume();
      expect([reloaded.source.value, reported]).toEqual(['none', []]);
    },
  );

  it('stays while the device has no position for a moment, with the reason', () => {
    const me = open();
    me.followDevice();
    device?.onPosition?.(HOME);
    device?.onError?.(failure('geolocation_failed'));
    expect([me.source.value, me.problem.value?.code]).toEqual(['device', 'geolocation_failed']);
    device?.onPosition?.(HOME);
    expect(me.problem.value).toBeNull();
  });

  it('is after a reload what it was before: the device, or the place walked to', async () => {
    const me = open();
    me.followDevice();
    const followed = open();
    followed.resume();
    expect(followed.source.value).toBe('device');
    followed.walkTo({ lat: 1, lng: 180.028 });
    await eventually(() => expect(reported).toHaveLength(1));
    expect(reported[0]?.lng).toBeCloseTo(-179.972, 9);
    followed.step(90, 1);
    const walked = open();
    walked.resume();
    expect(walked.place.value).toEqual(followed.place.value);
    followed.stop();
    walked.stop();
    expect(left()).toEqual([undefined, undefined]);
  });

  it('is reported faster while a friend looks, unless the user has refused that, also after a reload', () => {
    const me = open();
    me.followDevice();
    expect([me.fastReports.value, device?.fastReports]).toEqual([true, true]);
    me.setFastReports(false);
    expect([me.fastReports.value, device?.fastReports]).toEqual([false, false]);
    const reloaded = open();
    reloaded.resume();
    expect(device?.fastReports).toBe(false);
    reloaded.setFastReports(true);
    expect([device?.fastReports, open().fastReports.value]).toEqual([true, true]);
  });

  it('is reported again, as of now, when this device takes over from another one', async () => {
    const me = open();
    me.walkTo(HOME);
    await eventually(() => expect(reported).toHaveLength(1));
    await me.renew();
    expect(reported).toEqual([HOME, HOME]);
    me.followDevice();
    device?.onPosition?.(HOME);
    const before = device;
    await me.renew();
    // A new watch, which asks for a new fix: the last one may be older than the other device's.
    expect(device).toBeDefined();
    expect(device).not.toBe(before);
    me.stop();
    await me.renew();
    expect([device, reported.length]).toEqual([undefined, 2]);
  });

  it.each(['0,180.028', ' , ', '1', 'NaN,NaN', '91,0', ''])(
    'is none after a reload with "%s", which the user cannot have chosen',
    (text) => {
      stored.set('nearby-friends:walk', text);
      const me = open();
      me.resume();
      expect([me.source.value, me.place.value]).toEqual(['none', null]);
    },
  );
});
