import { beforeEach, describe, expect, it } from '@jest/globals';
import { type AlertSettings, type Api, NearbyError, type PushSubscriptionKeys } from '@nearby-friends/client';
import { Alerts, PushRefusedError } from './alerts.ts';
import type { PushSupport } from './push-browser.ts';

const SUBSCRIPTION: PushSubscriptionKeys = { endpoint: 'https://push.example/1', keys: { p256dh: 'a', auth: 'b' } };

let calls: string[];
let stored: AlertSettings;
let subscribed: PushSubscriptionKeys | null;
let answer: PushSupport;
let keyFailure: NearbyError | undefined;
let subscribeFailure: Error | undefined;

beforeEach(() => {
  calls = [];
  stored = { on: false, radiusMeters: 1_000, quiet: null, muted: [] };
  subscribed = null;
  answer = 'ready';
  keyFailure = undefined;
  subscribeFailure = undefined;
});

function open(): Alerts {
  const said = <T>(call: string, result?: T): Promise<T> => {
    calls.push(call);
    return Promise.resolve(result as T);
  };
  const api: Pick<Api, 'alerts' | 'push'> = {
    alerts: {
      get: async () => stored,
      set: async (change) => {
        stored = { ...stored, ...(change as Partial<AlertSettings>) };
        return said(`set ${JSON.stringify(change)}`, stored);
      },
      mute: async (id, until) => {
        stored = { ...stored, muted: until === null ? [] : [{ id, until }] };
        return said(`mute ${id} ${until}`);
      },
    },
    push: {
      key: async () => {
        if (keyFailure) throw keyFailure;
        return 'KEY';
      },
      subscribe: async ({ endpoint }, options) => said(`subscribe ${endpoint} ${options?.language}`),
      unsubscribe: async (endpoint) => said(`unsubscribe ${endpoint}`),
    },
  };
  return new Alerts({
    api,
    language: () => 'ko',
    browser: {
      support: () => 'ready',
      ask: async () => answer,
      current: async () => subscribed,
      subscribe: async (key) => {
        calls.push(`browser ${key}`);
        if (subscribeFailure) throw subscribeFailure;
        subscribed = SUBSCRIPTION;
        return SUBSCRIPTION;
      },
      unsubscribe: async () => {
        subscribed = null;
      },
    },
  });
}

describe('alerts', () => {
  it('are not there where the deployment sends none, and a failure to read them is passed on', async () => {
    keyFailure = new NearbyError({ code: 'push_off', message: 'Off.', retryable: false });
    const alerts = open();
    await alerts.load();
    expect([alerts.settings.value, alerts.isOnHere.value]).toStrictEqual([null, false]);
    keyFailure = new NearbyError({ code: 'network', message: 'No.', retryable: true });
    await expect(alerts.load()).rejects.toBe(keyFailure);
  });

  it('are turned on here: the browser subscribes, the server knows, and the settings say so', async () => {
    const alerts = open();
    await alerts.load();
    expect([alerts.isOnHere.value, calls]).toEqual([false, []]);
    await alerts.turnOn();
    expect(calls).toEqual(['browser KEY', 'subscribe https://push.example/1 ko', 'set {"on":true}']);
    expect(alerts.isOnHere.value).toBe(true);
  });

  it('stay off where the user forbids notifications, or the browser refuses', async () => {
    answer = 'denied';
    const alerts = open();
    await alerts.load();
    await alerts.turnOn();
    expect([alerts.support.value, alerts.isOnHere.value, calls]).toEqual(['denied', false, []]);
    answer = 'ready';
    subscribeFailure = new Error('no push service');
    await expect(alerts.turnOn()).rejects.toBeInstanceOf(PushRefusedError);
    expect([alerts.isOnHere.value, stored.on]).toEqual([false, false]);
  });

  it('are renewed at each start of a browser that has them, and turned off for it alone', async () => {
    const none = open();
    await none.renew();
    expect([none.settings.value, calls]).toStrictEqual([null, []]);
    subscribed = SUBSCRIPTION;
    stored = { ...stored, on: true };
    const alerts = open();
    await alerts.renew();
    expect([alerts.isOnHere.value, calls.splice(0)]).toEqual([true, ['subscribe https://push.example/1 ko']]);
    await alerts.turnOff();
    expect([alerts.isOnHere.value, subscribed, stored.on]).toStrictEqual([false, null, true]);
    expect(calls).toEqual(['unsubscribe https://push.example/1']);
  });

  it('of a friend are muted until a time, and begin again', async () => {
    const alerts = open();
    await alerts.load();
    await alerts.mute('ben', 5_000);
    expect([alerts.mutedUntil('ben', 4_999), alerts.mutedUntil('ben', 5_000)]).toStrictEqual([5_000, null]);
    await alerts.mute('ben', null);
    expect(alerts.mutedUntil('ben', 0)).toBeNull();
  });
});
