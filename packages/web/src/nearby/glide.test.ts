/** Whoever is drawn moves evenly, arrives, and is never drawn where nobody could have been. */
import { describe, expect, it } from '@jest/globals';
import { Glide, JUMP_METERS, MAX_MS, SHORTEST_MS } from './glide.ts';

const HERE = { lat: 41.88, lng: -87.63 };
const THERE = { lat: 41.881, lng: -87.632 };

describe('Glide', () => {
  it('goes evenly from report to report, in the time that lay between them', () => {
    const glide = new Glide(HERE, 0);
    glide.moveTo(THERE, 1_000);
    expect(glide.at(1_000)).toEqual(HERE);
    expect(glide.at(1_500).lat).toBeCloseTo(41.8805, 9);
    expect(glide.at(1_500).lng).toBeCloseTo(-87.631, 9);
    expect(glide.isMoving(1_999)).toBe(true);
    expect(glide.at(2_000)).toEqual(THERE);
    expect(glide.isMoving(2_000)).toBe(false);
  });

  it('goes on from where it is drawn when another report comes on the way', () => {
    const glide = new Glide(HERE, 0);
    glide.moveTo(THERE, 1_000);
    const onTheWay = glide.at(1_500);
    glide.moveTo(HERE, 1_500);
    expect(glide.at(1_500)).toEqual(onTheWay);
    expect(glide.at(2_000)).toEqual(HERE);
  });

  it('takes neither too short nor too long', () => {
    const glide = new Glide(HERE, 0);
    glide.moveTo(THERE, 1);
    expect(glide.at(SHORTEST_MS)).not.toEqual(THERE);
    expect(glide.at(1 + SHORTEST_MS)).toEqual(THERE);
    glide.moveTo(HERE, 100_000);
    expect(glide.at(100_000 + MAX_MS)).toEqual(HERE);
  });

  it('does not fly over the city when somebody is suddenly elsewhere', () => {
    const glide = new Glide(HERE, 0);
    const far = { lat: HERE.lat + (JUMP_METERS * 1.01) / 111_195, lng: HERE.lng };
    glide.moveTo(far, 1_000);
    expect(glide.at(1_000)).toEqual(far);
  });

  it('takes the shorter way across the date line', () => {
    const glide = new Glide({ lat: 0, lng: 179.999 }, 0);
    glide.moveTo({ lat: 0, lng: -179.999 }, 1_000);
    expect(Math.abs(glide.at(1_500).lng)).toBeCloseTo(180, 9);
  });

  it('is at rest when the same place is reported again', () => {
    const glide = new Glide(HERE, 0);
    glide.moveTo({ ...HERE }, 1_000);
    expect(glide.isMoving(1_001)).toBe(false);
  });
});
