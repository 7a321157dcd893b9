import { describe, expect, it } from '@jest/globals';
import {
  type Grant,
  nearbyChangesSchema,
  nearbySnapshotSchema,
  type Position,
  parseUserId,
} from '@nearby-friends/protocol';
import fc from 'fast-check';
import { APPROXIMATE, EXACT, NearbyWorld } from '../test-support/nearby-world.ts';
import type { ListMessage } from '../viewer/list-message.ts';
import { ListMessageWriter } from './list-message-writer.ts';

const AT = 1_700_000_000_123;
const position = { lat: 1.5, lng: -2.25, accuracy: 3, heading: 0, speed: 1e-7, battery: 0.5 };

/** Takes a frame apart as RFC 6455 has it, and holds it against the packet: what a client gets by either way. */
function read(written: ListMessage): [event: string, message: unknown] {
  const { frame } = written;
  const short = (frame[1] ?? 0) & 0x7f;
  const [payloadAt, length] =
    short < 126 ? [2, short] : short === 126 ? [4, frame.readUInt16BE(2)] : [10, Number(frame.readBigUInt64BE(2))];
  expect(frame[0]).toBe(0x81);
  expect(frame.length - payloadAt).toBe(length);
  const payload = frame.toString('utf8', payloadAt);
  expect(payload).toBe(`4${written.toPacket()}`);
  expect(payload.slice(0, 2)).toBe('42');
  return JSON.parse(payload.slice(2)) as [string, unknown];
}

function watchOf(name: string, grant: Grant) {
  const world = new NearbyWorld();
  const { session } = world.viewer('ann', 0);
  return world.board.watch(session, parseUserId(name), { grant, version: 1 });
}

function add(
  writer: ListMessageWriter,
  distance: number,
  options: { name?: string; grant?: Grant; at?: Position } = {},
) {
  const { name = 'ben', grant = EXACT, at = position } = options;
  writer.addFriend(watchOf(name, grant), { at: AT, position: at }, distance);
}

describe('a list message', () => {
  it('is what the protocol says, of exact and approximate friends', () => {
    const writer = new ListMessageWriter();
    writer.beginChanges();
    add(writer, 12.345_678);
    add(writer, 0, { grant: APPROXIMATE });
    const [event, message] = read(writer.endChanges([parseUserId('cid'), parseUserId('d_-9')]));
    const { upserts, removed } = nearbyChangesSchema.parse(message);
    expect(event).toBe('nearby:changes');
    expect(upserts[0]).toEqual({ id: 'ben', ...position, distance: 12.35, at: AT, precision: 'exact' });
    expect(Object.keys(upserts[1] ?? {}).sort()).toEqual(['at', 'distance', 'id', 'lat', 'lng', 'precision']);
    expect(removed).toEqual(['cid', 'd_-9']);
  });

  it('[L2] says how long a friend stays whose position has a lifetime; of an approximate one by the time that is shown', () => {
    const writer = new ListMessageWriter();
    writer.beginChanges();
    const lifetime = { at: AT, position, lifetimeMs: 900_000 };
    writer.addFriend(watchOf('ben', EXACT), lifetime, 1);
    writer.addFriend(watchOf('cid', APPROXIMATE), lifetime, 1);
    add(writer, 1, { name: 'dan' });
    const { upserts } = nearbyChangesSchema.parse(read(writer.endChanges([]))[1]);
    expect(upserts.map(({ staysVisibleSeconds }) => staysVisibleSeconds)).toStrictEqual([900, 1_024, undefined]);
    expect(upserts[2]).not.toHaveProperty('staysVisibleSeconds');
  });

  it('conforms to the protocol without friends', () => {
    const writer = new ListMessageWriter();
    writer.beginChanges();
    expect(nearbyChangesSchema.parse(read(writer.endChanges([]))[1])).toEqual({ upserts: [], removed: [] });
    writer.beginSnapshot(100.5);
    const [event, message] = read(writer.endSnapshot());
    expect(event).toBe('nearby:snapshot');
    expect(nearbySnapshotSchema.parse(message)).toEqual({ radiusMeters: 100.5, friends: [] });
  });

  it('tells every distance there is on Earth to the centimetre', () => {
    const writer = new ListMessageWriter();
    fc.assert(
      fc.property(fc.double({ min: 0, max: 20_100_000, noNaN: true }), (distance) => {
        writer.beginChanges();
        add(writer, distance);
        const { upserts } = nearbyChangesSchema.parse(read(writer.endChanges([]))[1]);
        expect(upserts[0]?.distance).toBe(Math.round(distance * 100) / 100);
      }),
    );
  });

  it('may be of any length: of one friend or of 5,000 with everything a phone can report', () => {
    const writer = new ListMessageWriter();
    const name = 'x'.repeat(64);
    const long = -1.234_567_890_123_456_7e-101;
    const at = { lat: long, lng: long, accuracy: -long, heading: -long, speed: -long, battery: -long };
    // Around both lengths at which a frame's header grows, and beyond the room that the writer begins with.
    for (const friends of [0, 1, 2, 400, 5_000]) {
      writer.beginChanges();
      for (let i = 0; i < friends; i++) add(writer, 20_015_114.35, { name, at });
      const removed = Array.from({ length: friends }, () => parseUserId(name));
      const message = nearbyChangesSchema.parse(read(writer.endChanges(removed))[1]);
      expect([message.upserts.length, message.removed.length]).toEqual([friends, friends]);
    }
  });

  it('may have a ping behind it, in a frame of its own, which is no part of the packet', () => {
    const writer = new ListMessageWriter();
    for (const friends of [0, 1, 2, 400]) {
      const removed = Array.from({ length: friends }, (_, i) => parseUserId(`friend-${i}`));
      writer.beginChanges();
      const alone = writer.endChanges(removed);
      writer.beginChanges();
      const both = writer.endChanges(removed, true);
      writer.beginChanges();
      writer.endChanges([]);
      expect([alone.hasPing, both.hasPing]).toEqual([false, true]);
      expect(both.frame).toEqual(Buffer.concat([alone.frame, Buffer.from([0x81, 0x01, 0x32])]));
      expect(both.toPacket()).toBe(alone.toPacket());
    }
  });

  it('stays as it is until all are reused, and longer when it was given away', () => {
    const writer = new ListMessageWriter();
    const write = (name: string) => {
      writer.beginChanges();
      return writer.endChanges([parseUserId(name)]);
    };
    const removes = (name: string) => ['nearby:changes', { upserts: [], removed: [name] }];
    const [first, second] = [write('first'), write('other')];
    expect([read(first), read(second)]).toEqual([removes('first'), removes('other')]);
    writer.giveAway(second);
    writer.reuse();
    // It has no room left in which the first two are.
    const third = write('third');
    expect([read(first), read(second), read(third)]).toEqual([removes('first'), removes('other'), removes('third')]);
    writer.reuse();
    write('again');
    expect(read(third)).toEqual(removes('again'));
  });

  it('has a buffer of its own when it is long: a client that stops reading retains only that', () => {
    const writer = new ListMessageWriter();
    const names = Array.from({ length: 300 }, (_, i) => parseUserId(`${i}-`.padEnd(64, 'x')));
    writer.beginChanges();
    const long = writer.endChanges(names);
    expect(long.frame.buffer.byteLength).toBe(long.frame.length);
    writer.reuse();
    writer.beginChanges();
    writer.endChanges(names.toReversed());
    expect(read(long)[1]).toEqual({ upserts: [], removed: names });
  });

  it('is whole also where it did not fit behind those before it', () => {
    const writer = new ListMessageWriter();
    const names = Array.from({ length: 300 }, (_, i) => parseUserId(`${i}-`.padEnd(64, 'x')));
    const messages = Array.from({ length: 50 }, (_, i) => {
      writer.beginChanges();
      return writer.endChanges(names.slice(0, 6 * i));
    });
    for (const [i, message] of messages.entries()) {
      expect(read(message)[1]).toEqual({ upserts: [], removed: names.slice(0, 6 * i) });
    }
  });
});
