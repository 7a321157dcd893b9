import { describe, expect, it } from '@jest/globals';
import { asInstrument, asObject } from './particle.ts';

describe('a Korean particle', () => {
  it.each([
    ['민준', '민준을'],
    ['지아', '지아를'],
    ['친구 7', '친구 7을'],
    ['친구 2', '친구 2를'],
    ['bob', 'bob을(를)'],
    ['', '을(를)'],
  ])('of an object after "%s" has the right form', (word, object) => {
    expect(asObject(word)).toBe(object);
  });

  it.each([
    ['민준', '민준으로'],
    ['서울', '서울로'],
    ['지아', '지아로'],
    ['친구 7', '친구 7로'],
    ['친구 3', '친구 3으로'],
    ['bob', 'bob(으)로'],
  ])('of a way after "%s" has the right form', (word, expected) => {
    expect(asInstrument(word)).toBe(expected);
  });
});
