/** Tests where the page says that the bundled map has no streets. */
import { expect, it } from '@jest/globals';
import { isBeyondDetail } from './is-beyond-detail.ts';

const around = (lng: number, lat: number, zoom = 12) => ({
  zoom,
  west: lng - 0.1,
  east: lng + 0.1,
  south: lat - 0.1,
  north: lat + 0.1,
});

it.each([
  ['Chicago', around(-87.63, 41.88), false],
  ['Chicago on another copy of the world', around(-87.63 + 360, 41.88), false],
  ['its edge', around(-87.5, 41.88), false],
  ['Paris', around(2.35, 48.85), true],
  ['Paris as part of the world', around(2.35, 48.85, 8.9), false],
  ['Milwaukee', around(-87.91, 43.04), true],
  ['the same latitude', around(12.5, 41.88), true],
])('%s', (_, shown, expected) => {
  expect(isBeyondDetail(shown)).toBe(expected);
});
