/** Checks that a drawn friend moves evenly between positions, arrives, and does not fly over long distances. */
import { describe, expect, it } from '@jest/globals';
import { Glide, JUMP_METERS, MAX_MS, MIN_MS } from './glide.ts';

const HERE = { lat: 41.88, lng: -87.63 };
const THERE = { lat: 41.881, lng: -87.632 };

describe('Glide', () => {
  it('moves evenly between two positions in the interval between them', () => {
    const glide = new Glide(HERE, 0);
    glide.moveTo(THERE, 1_000);
    expect(glide.at(1_000)).toEqual(HERE);
    expect(glide.at(1_500).lat).toBeCloseTo(41.8805, 9);
    expect(glide.at(1_500).lng).toBeCloseTo(-87.631, 9);
    expect(glide.isMoving(1_999)).toBe(true);
    expect(glide.at(2_000)).toEqual(THERE);
    expect(glide.isMoving(2_000)).toBe(false);
  });

  it('continues from its current place when another position arrives', () => {
    const glide = new Glide(HERE, 0);
    glide.moveTo(THERE, 1_000);
    const halfway = glide.at(1_500);
    glide.moveTo(HERE, 1_500);
    expect(glide.at(1_500)).toEqual(halfway);
    expect(glide.at(2_000)).toEqual(HERE);
  });

  it('limits the duration', () => {
    const glide = new Glide(HERE, 0);
    glide.moveTo(THERE, 1);
    expect(glide.at(MIN_MS)).not.toEqual(THERE);
    expect(glide.at(1 + MIN_MS)).toEqual(THERE);
    glide.moveTo(HERE, 100_000);
    expect(glide.at(100_000 + MAX_MS)).toEqual(HERE);
  });

  it('jumps over a long distance', () => {
    const glide = new Glide(HERE, 0);
    const far = { lat: HERE.lat + (JUMP_METERS * 1.01) / 111_195, lng: HERE.lng };
    glide.moveTo(far, 1_000);
    expect(glide.at(1_000)).toEqual(far);
  });

  it('moves the shorter way across the date line', () => {
    const glide = new Glide({ lat: 0, lng: 179.999 }, 0);
    glide.moveTo({ lat: 0, lng: -179.999 }, 1_000);
    expect(Math.abs(glide.at(1_500).lng)).toBeCloseTo(180, 9);
  });

  it('does not move when the same place is reported again', () => {
    const glide = new Glide(HERE, 0);
    glide.moveTo({ ...HERE }, 1_000);
    expect(glide.isMoving(1_001)).toBe(false);
  });
});
