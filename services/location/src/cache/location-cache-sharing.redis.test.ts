/** One device of a user shares its position at a time, whichever gateways and connections its reports come over. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { createBus } from '@nearby-friends/bus';
import {
  type DeviceMark,
  decodePositionRecord,
  encodePositionBody,
  instanceChannel,
  locationKey,
  type ReceivedPosition,
  SHARING_SILENCE_MS,
} from '@nearby-friends/protocol';
import {
  DEFAULT_REDIS_PREFIX,
  identifyProcess,
  Lifecycle,
  silentLogger,
  systemClock,
} from '@nearby-friends/service-kit';
import { eventually } from '@nearby-friends/testing/eventually';
import { ANN, BEN, positionOf } from '../test-support/positions-of-test.ts';
import { listenTo } from '../test-support/published-positions.ts';
import { recordOne } from '../test-support/record-one.ts';
import { timeOf, useRedis } from '../test-support/redis-of-test.ts';
import { RedisLocationCache } from './location-cache.redis.ts';

const TTL_MS = 600_000;
const PREFIX = DEFAULT_REDIS_PREFIX;
const gateways: Lifecycle[] = [];
// Before Redis: a gateway leaves it when it stops.
afterEach(async () => {
  for (const gateway of gateways.splice(0)) await gateway.stop();
});
const redis = useRedis();

/** A gateway as others see it: the bus of a process that starts under that name. */
async function startGateway(name: string) {
  const { instanceId } = identifyProcess(name);
  const bus = createBus({
    redisUrl: redis.server.url,
    redisPrefix: PREFIX,
    service: 'gateway',
    instanceId,
    watch: [],
    clock: systemClock,
    logger: silentLogger,
  });
  const lifecycle = new Lifecycle({ components: [...bus.components, bus.membership], logger: silentLogger });
  gateways.push(lifecycle);
  await lifecycle.start();
  return {
    instanceId,
    breakConnections() {
      for (const component of bus.components) if (component.name.startsWith('redis ')) void component.stop?.();
    },
  };
}

/** Two gateways that are alive, as their subscriptions show. */
async function setUp() {
  const commands = await redis.connect('commands');
  const subscriber = await redis.connect('subscriber');
  for (const gateway of ['g1', 'g2']) await subscriber.ssubscribe(instanceChannel('gateway', gateway));
  const cache = new RedisLocationCache({ redis: commands, logger: silentLogger, ttlMs: TTL_MS, instanceId: 'test' });
  const now = await timeOf(commands);
  /** Reports `meters` of the device at `now + at`. */
  const report = async (device: string, at: number, more: Partial<DeviceMark> & { place?: number } = {}) => {
    const { place = 0, ...mark } = more;
    const body = encodePositionBody({ lat: place, lng: 1 }, { device, gateway: 'g1', claims: false, ...mark });
    const position: ReceivedPosition = { user: ANN, at: now + at, body };
    const { outcome, at: recordedAt } = await recordOne(cache, position);
    return [outcome, recordedAt - now] as const;
  };
  const stored = async () => {
    const entry = await commands.getBuffer(locationKey(ANN));
    if (entry === null) throw new Error('no entry');
    const { at, position } = decodePositionRecord(entry);
    return { at: at - now, lat: position.lat, entry };
  };
  /** The sharing device has been silent for that long. */
  const silence = async (ms: number) => {
    const { entry } = await stored();
    const heardAt = Buffer.alloc(8);
    heardAt.writeDoubleBE(now - ms);
    await commands.setrange(locationKey(ANN), entry.length - 8, heardAt);
  };
  return { commands, subscriber, cache, now, report, stored, silence };
}

const PHONE = 'phone--1';
const LAPTOP = 'laptop-1';

describe('[L7] the device that shares', () => {
  it('is the first that reports; others are not stored and not published', async () => {
    const { commands, report, stored } = await setUp();
    const listener = await listenTo(ANN, await redis.connect('subscriber'), commands);
    expect(await report(PHONE, -50, { place: 1 })).toEqual(['stored', -50]);
    expect(await report(LAPTOP, -40, { place: 2, gateway: 'g2' })).toEqual(['unshared', -40]);
    expect(await report(PHONE, -30, { place: 3, gateway: 'g2' })).toEqual(['stored', -30]);
    expect(await report(LAPTOP, -20, { place: 2 })).toEqual(['unshared', -20]);
    expect((await listener.read()).map((entry) => decodePositionRecord(entry).position.lat)).toEqual([1, 3]);
    expect(await stored()).toMatchObject({ at: -30, lat: 3 });
  });

  it('is another one from its claim on, and the first is told by its next report', async () => {
    const { report, stored } = await setUp();
    await report(PHONE, -50, { place: 1 });
    expect(await report(LAPTOP, -40, { place: 2, claims: true })).toEqual(['taken-over', -40]);
    expect(await report(PHONE, -30, { place: 1 })).toEqual(['unshared', -30]);
    expect(await report(LAPTOP, -20, { place: 3 })).toEqual(['stored', -20]);
    expect(await stored()).toMatchObject({ lat: 3 });
  });

  it('[L3] can claim with an older position, which does not replace the newer one', async () => {
    const { commands, report, stored } = await setUp();
    await report(PHONE, -50, { place: 1 });
    const listener = await listenTo(ANN, await redis.connect('subscriber'), commands);
    const before = await commands.pexpiretime(locationKey(ANN));
    expect(await report(LAPTOP, -5_000, { place: 2, claims: true, gateway: 'g2' })).toEqual(['taken-over', -50]);
    expect(await stored()).toMatchObject({ at: -50, lat: 1 });
    expect([await commands.pexpiretime(locationKey(ANN)), await listener.read()]).toEqual([before, []]);
    expect(await report(PHONE, -40, { place: 1 })).toEqual(['unshared', -40]);
    expect(await report(LAPTOP, -30, { place: 2, gateway: 'g2' })).toEqual(['stored', -30]);
  });

  it('goes on without a connection, as a background app that reports over HTTP', async () => {
    const { report, silence } = await setUp();
    expect(await report(PHONE, -50, { gateway: '' })).toEqual(['stored', -50]);
    expect(await report(LAPTOP, -40)).toEqual(['unshared', -40]);
    await silence(SHARING_SILENCE_MS + 1_000);
    expect(await report(LAPTOP, -30)).toEqual(['taken-over', -30]);
    expect(await report(PHONE, -20, { gateway: '' })).toEqual(['unshared', -20]);
  });

  it('is another one once it has been silent for two minutes, and not before', async () => {
    const { report, silence } = await setUp();
    await report(PHONE, -50);
    await silence(SHARING_SILENCE_MS - 5_000);
    expect((await report(LAPTOP, -40))[0]).toBe('unshared');
    await silence(SHARING_SILENCE_MS);
    expect((await report(LAPTOP, -30))[0]).toBe('taken-over');
  });

  it('is not silent as long as it reports, also the same fix again or one that is minutes old', async () => {
    const { report, silence, stored } = await setUp();
    await report(PHONE, -300_000, { place: 1 });
    expect((await report(LAPTOP, -40))[0]).toBe('unshared');
    await silence(SHARING_SILENCE_MS);
    expect(await report(PHONE, -300_000, { place: 1 })).toEqual(['stored', -300_000]);
    expect((await report(LAPTOP, -30))[0]).toBe('unshared');
    expect(await stored()).toMatchObject({ lat: 1 });
  });

  it('is another one as soon as its gateway is gone', async () => {
    const { report, subscriber } = await setUp();
    await report(PHONE, -50, { gateway: 'g2' });
    expect((await report(LAPTOP, -40))[0]).toBe('unshared');
    await subscriber.sunsubscribe(instanceChannel('gateway', 'g2'));
    expect((await report(LAPTOP, -30))[0]).toBe('taken-over');
  });

  it('is another one as soon as the process of its gateway is gone, though one of the same name runs', async () => {
    const { commands, report } = await setUp();
    const [killed, successor] = [await startGateway('gateway-1'), await startGateway('gateway-1')];
    await report(PHONE, -50, { gateway: killed.instanceId });
    expect((await report(LAPTOP, -40, { gateway: successor.instanceId }))[0]).toBe('unshared');
    // As after a SIGKILL: its connections break, and it has left nothing.
    killed.breakConnections();
    await eventually(async () => {
      const channels = await commands.call('PUBSUB', 'SHARDCHANNELS', `${PREFIX}rpc:{gateway:gateway-1*`);
      expect(channels).toEqual([`${PREFIX}${instanceChannel('gateway', successor.instanceId)}`]);
    });
    expect((await report(LAPTOP, -30, { gateway: successor.instanceId }))[0]).toBe('taken-over');
    expect((await report(PHONE, -20, { gateway: successor.instanceId }))[0]).toBe('unshared');
  });

  it('is another one as soon as it was released', async () => {
    const { cache, now, report } = await setUp();
    const hex = (device: string) => Buffer.from(device, 'latin1').toString('hex');
    await report(PHONE, -50);
    // Neither of another device, nor after a later report over another connection.
    await cache.release([{ user: ANN, device: hex(LAPTOP), at: now }]);
    await cache.release([{ user: ANN, device: hex(PHONE), at: now - 60 }]);
    await cache.release([{ user: BEN, device: hex(PHONE), at: now }]);
    expect((await report(LAPTOP, -40))[0]).toBe('unshared');
    await cache.release([{ user: ANN, device: hex(PHONE), at: now - 50 }]);
    // No device is left to notify.
    expect((await report(LAPTOP, -30))[0]).toBe('stored');
    expect((await report(PHONE, -20))[0]).toBe('unshared');
  });

  it('is the next that reports once the entry has expired', async () => {
    const { commands, report } = await setUp();
    await report(PHONE, -50);
    await commands.del(locationKey(ANN));
    expect((await report(LAPTOP, -40))[0]).toBe('stored');
  });
});

it('[L7] a build that names no device is served as before, and is replaced by the first device that reports', async () => {
  const { cache, now, report, stored } = await setUp();
  await report(PHONE, -50, { place: 1 });
  expect((await recordOne(cache, positionOf(ANN, now - 40))).outcome).toBe('stored');
  expect((await stored()).lat).toBeCloseTo(51, 0);
  expect(await report(LAPTOP, -30, { place: 2 })).toEqual(['stored', -30]);
  expect((await report(PHONE, -20))[0]).toBe('unshared');
});

it('[L7] a friend’s position that a gateway records again, which knows no device, changes nothing and keeps the mark', async () => {
  const { cache, commands, now, report } = await setUp();
  await report(PHONE, -50, { place: 1 });
  const listener = await listenTo(ANN, await redis.connect('subscriber'), commands);
  const again = { user: ANN, at: now - 50, body: encodePositionBody({ lat: 1, lng: 1 }) };
  expect(await recordOne(cache, again)).toMatchObject({ outcome: 'stored', at: now - 50 });
  expect(await listener.read()).toEqual([]);
  expect((await report(LAPTOP, -40))[0]).toBe('unshared');
});

it('[L3] a position of the same device sent again changes nothing, also if it claimed at first', async () => {
  const { commands, report } = await setUp();
  const listener = await listenTo(ANN, await redis.connect('subscriber'), commands);
  expect(await report(PHONE, -50, { claims: true })).toEqual(['stored', -50]);
  expect(await report(PHONE, -50)).toEqual(['stored', -50]);
  expect(await report(PHONE, -60)).toEqual(['superseded', -50]);
  expect(await listener.read()).toHaveLength(1);
});
