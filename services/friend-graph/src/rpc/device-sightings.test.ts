import { describe, expect, it } from '@jest/globals';
import { ManualClock, silentLogger } from '@nearby-friends/service-kit';
import type { Sighting } from '../database/device-repository.ts';
import { DeviceSightings, MAX_GATHERED_SIGHTINGS, SIGHTINGS_INTERVAL_MS } from './device-sightings.ts';

const NEVER = { lastSeenAt: null };

class Setting {
  readonly clock = new ManualClock(1_700_000_015_000);
  readonly written: Sighting[][] = [];
  /** What PostgreSQL does with each statement. */
  write: () => Promise<void> = async () => undefined;
  readonly sightings = new DeviceSightings({
    devices: {
      markSeen: (sightings) => {
        this.written.push([...sightings]);
        return this.write();
      },
    },
    clock: this.clock,
    logger: silentLogger,
  });

  /** One interval, and what follows from its write. */
  async pass(): Promise<void> {
    this.clock.advance(SIGHTINGS_INTERVAL_MS);
    await new Promise(setImmediate);
  }
}

describe('[L8] when a device has last reported', () => {
  it('is written behind the answers, for all devices of an interval at once, with the app of the last report', async () => {
    const { sightings, written, ...setting } = new Setting();
    sightings.note({ id: 'one', ...NEVER }, null);
    sightings.note({ id: 'two', ...NEVER }, 'owntracks');
    sightings.note({ id: 'one', ...NEVER }, 'overland');
    expect(written).toEqual([]);
    setting.clock.advance(SIGHTINGS_INTERVAL_MS);
    expect(written).toEqual([
      [
        { id: 'one', kind: 'overland' },
        { id: 'two', kind: 'owntracks' },
      ],
    ]);
    await sightings.drain();
    expect([written.length, setting.clock.pending]).toEqual([1, 0]);
  });

  it('is written once a minute at most', () => {
    const { sightings, clock } = new Setting();
    const minute = Math.floor(clock.now() / 60_000) * 60_000;
    for (const seen of [minute, minute + 60_000]) {
      sightings.note({ id: 'one', lastSeenAt: new Date(seen) }, 'overland');
      expect(clock.pending).toBe(0);
    }
    sightings.note({ id: 'one', lastSeenAt: new Date(minute - 1) }, 'overland');
    expect(clock.pending).toBe(1);
  });

  it('waits in bounded memory for a slow database, one statement at a time, and is dropped when that fails', async () => {
    const setting = new Setting();
    let fail = (_error: Error): void => undefined;
    setting.write = () => new Promise((_, reject) => (fail = reject));
    setting.sightings.note({ id: 'first', ...NEVER }, null);
    await setting.pass();
    for (let i = 0; i < 2 * MAX_GATHERED_SIGHTINGS; i++) setting.sightings.note({ id: `device-${i}`, ...NEVER }, null);
    await setting.pass();
    expect([setting.written.length, setting.clock.pending]).toEqual([1, 0]);
    fail(new Error('gone'));
    await new Promise(setImmediate);
    setting.write = async () => undefined;
    await setting.pass();
    expect(setting.written.map(({ length }) => length)).toEqual([1, MAX_GATHERED_SIGHTINGS]);
    expect(setting.written.flat().some(({ id }) => id === 'device-0')).toBe(true);
    expect(setting.clock.pending).toBe(0);
  });

  it('is written when the service stops, also what came during the last write', async () => {
    const setting = new Setting();
    let finish = (): void => undefined;
    setting.write = () => new Promise((resolve) => (finish = resolve));
    setting.sightings.note({ id: 'one', ...NEVER }, null);
    await setting.pass();
    setting.sightings.note({ id: 'two', ...NEVER }, null);
    const draining = setting.sightings.drain();
    setting.write = async () => undefined;
    finish();
    await draining;
    expect(setting.written.flat().map(({ id }) => id)).toEqual(['one', 'two']);
    expect(setting.clock.pending).toBe(0);
  });
});
