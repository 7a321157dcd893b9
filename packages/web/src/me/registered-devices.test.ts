import { describe, expect, it } from '@jest/globals';
import { type Api, type ListedDevice, NearbyError } from '@nearby-friends/client';
import { RegisteredDevices } from './registered-devices.ts';

const deviceOf = (name: string): ListedDevice => ({
  id: `${name}-${'x'.repeat(16)}`.slice(0, 16),
  name,
  kind: null,
  staysVisibleSeconds: 600,
  createdAt: 1,
  lastSeenAt: null,
  isSharing: false,
});
const gone = new NearbyError({ code: 'unavailable', message: 'gone', retryable: true });

/** A server whose lists are answered by the test, in any order. */
function start(more: Partial<Api['devices']> = {}) {
  const reads: { resolve(devices: ListedDevice[]): void; reject(error: unknown): void }[] = [];
  const api: Api['devices'] = {
    list: () => new Promise((resolve, reject) => reads.push({ resolve, reject })),
    register: async ({ name }) => ({ ...deviceOf(name), secret: 'a secret' }),
    remove: async () => undefined,
    ...more,
  };
  return { devices: new RegisteredDevices({ api }), reads };
}
const settle = () => new Promise(setImmediate);

describe('the registered devices', () => {
  it('are those of the read that began last', async () => {
    const { devices, reads } = start();
    void devices.reload();
    void devices.reload();
    reads[1]?.resolve([deviceOf('new')]);
    await settle();
    reads[0]?.resolve([deviceOf('old')]);
    await settle();
    expect(devices.list.value?.map(({ name }) => name)).toEqual(['new']);
  });

  it('say why they could not be read, and keep what is known', async () => {
    const { devices, reads } = start();
    void devices.reload();
    reads[0]?.resolve([deviceOf('phone')]);
    await settle();
    void devices.reload();
    reads[1]?.reject(gone);
    await settle();
    expect([devices.problem.value, devices.list.value?.length]).toEqual([gone, 1]);
    void devices.reload();
    reads[2]?.resolve([]);
    await settle();
    expect([devices.problem.value, devices.list.value]).toEqual([null, []]);
  });

  it('are read again after a change, also after one whose outcome is not known', async () => {
    const { devices, reads } = start({ remove: () => Promise.reject(gone) });
    expect((await devices.register({ name: 'phone' })).secret).toBe('a secret');
    expect(reads).toHaveLength(1);
    await expect(devices.remove('x')).rejects.toBe(gone);
    expect(reads).toHaveLength(2);
  });
});
