import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import type { Rpc } from '@nearby-friends/bus';
import { type Method, parseUserId, type ReleasedDevice } from '@nearby-friends/protocol';
import { ManualClock, silentLogger } from '@nearby-friends/service-kit';
import { DeviceReleases } from './device-releases.ts';

const ANN = parseUserId('ann');

function setUp() {
  const clock = new ManualClock();
  const requests: ReleasedDevice[][] = [];
  let fails = false;
  const call = async <Request>(method: Method<Request, unknown>, request: Request) => {
    // By way of its bytes: what is sent is what the location service accepts.
    const { devices } = method.request.decode(method.request.encode(request)) as unknown as {
      devices: ReleasedDevice[];
    };
    if (fails) throw new Error('no instance');
    requests.push(devices);
    return {};
  };
  const releases = new DeviceReleases({ rpc: { call } as unknown as Pick<Rpc, 'call'>, clock, logger: silentLogger });
  const release = (device: string, isSharing: boolean | null = true) =>
    releases.release({ user: ANN, device, isSharing, sharedAt: 7 });
  return { clock, releases, requests, release, fail: () => (fails = true) };
}

it('[L7] sends the devices that shared, gathered in one message', async () => {
  const { clock, release, requests } = setUp();
  release('\x00\xffdevice');
  release('unshared', false);
  release('unknown-', null);
  release('device-2');
  expect(requests).toEqual([]);
  clock.advance(20);
  await nextTurn();
  expect(requests).toEqual([
    [
      { user: 'ann', device: '00ff646576696365', at: 7 },
      { user: 'ann', device: '6465766963652d32', at: 7 },
    ],
  ]);
  expect(clock.pending).toBe(0);
});

it('drains: sends what is gathered, in messages of bounded size', async () => {
  const { release, releases, requests } = setUp();
  for (let i = 0; i < 2_500; i++) release(`d-${String(i).padStart(6, '0')}`);
  await releases.drain();
  expect(requests.map(({ length }) => length)).toEqual([1_000, 1_000, 500]);
});

it('does without a release that cannot be sent', async () => {
  const { clock, fail, release, releases } = setUp();
  fail();
  release('device-1');
  await releases.drain();
  expect(clock.pending).toBe(0);
});
