import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '@nearby-friends/service-kit';
import { ServerClock } from './server-clock.ts';

const HOUR_MS = 3_600_000;

describe("the server's clock", () => {
  it.each([HOUR_MS, -HOUR_MS, 0])('is accurate to half a round trip when the device is off by %d ms', (offMs) => {
    const device = new ManualClock();
    const server = new ServerClock(device);
    const serverNow = () => device.now() + offMs;
    const sentAt = device.now();
    device.advance(40);
    const at = serverNow();
    device.advance(40);
    server.observe(at, sentAt, device.now());
    expect(Math.abs(server.now() - serverNow())).toBeLessThanOrEqual(40);
    // A slow response does not reduce the accuracy.
    const slowlySentAt = device.now();
    device.advance(9_000);
    server.observe(serverNow(), slowlySentAt, device.now());
    expect(Math.abs(server.now() - serverNow())).toBeLessThanOrEqual(40);
  });

  it('adapts when the device’s clock is changed', () => {
    const device = new ManualClock();
    const server = new ServerClock(device);
    server.observe(device.now(), device.now(), device.now());
    const before = server.now();
    device.advance(HOUR_MS);
    server.observe(before, device.now(), device.now());
    expect(server.now()).toBe(before);
  });

  it('is at least the latest time of any message, before any response', () => {
    const device = new ManualClock(1_000);
    const server = new ServerClock(device);
    server.observePast(5_000);
    server.observePast(4_000);
    expect(server.now()).toBe(5_000);
  });
});
