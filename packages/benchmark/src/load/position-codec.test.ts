import { describe, expect, it } from '@jest/globals';
import { findPositions, MAX_TIME_MS, TIME_OFFSET, updateText, writeTime } from './position-codec.ts';

function found(text: string): [user: number, sentAtMs: number][] {
  const bytes = Buffer.from(text);
  const positions: [number, number][] = [];
  findPositions(bytes, 0, bytes.length, (user, sentAtMs) => positions.push([user, sentAtMs]));
  return positions;
}

describe('a position that carries its intended send time', () => {
  it.each([0, 1, 7, 42_000, 1_234_560, MAX_TIME_MS])('comes back as it was sent: %i ms', (timeMs) => {
    const bytes = Buffer.from(updateText(-122.4));
    writeTime(bytes, TIME_OFFSET, timeMs);
    const [event, position] = JSON.parse(bytes.toString().slice(2)) as [string, { lat: number; lng: number }];
    expect(event).toBe('location:update');
    // A gateway parses the number and writes it again, without trailing zeros.
    expect(found(`42["nearby:changes",{"upserts":[${JSON.stringify({ id: 'u000042', ...position })}]}]`)).toEqual([
      [42, timeMs],
    ]);
  });

  it('is found whatever the order of the fields, several in one frame', () => {
    const friends = [
      { id: 'u000001', lat: 37.0000001, lng: -122.4, distance: 12.5, at: 1, precision: 'exact' },
      { precision: 'exact', distance: 1, lat: 37.0000002, lng: 2, id: 'u999999' },
    ];
    expect(found(`42["nearby:snapshot",${JSON.stringify({ radiusMeters: 8046.72, friends })}]`)).toEqual([
      [1, 1],
      [999_999, 2],
    ]);
  });

  it('is not made of the halves of two friends, nor of the ids of those who have left', () => {
    expect(found('{"upserts":[{"id":"u000001"},{"lat":37.0000002}],"removed":["u000003"]}')).toEqual([]);
  });

  it('is rounded where a server wrote more digits', () => {
    expect(found('{"id":"u000001","lat":37.00000019999}')).toEqual([[1, 2]]);
    expect(found('{"id":"u000001","lat":37.00000010001}')).toEqual([[1, 1]]);
  });
});
