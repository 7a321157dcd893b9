import { describe, expect, it } from '@jest/globals';
import { asInstrument, asObject, asSubject, together } from './particle.ts';

describe('a Korean particle', () => {
  it.each([
    ['민준', '민준이', '민준을', '민준과'],
    ['지아', '지아가', '지아를', '지아와'],
    ['친구 7', '친구 7이', '친구 7을', '친구 7과'],
    ['친구 2', '친구 2가', '친구 2를', '친구 2와'],
    ['bob', 'bob이(가)', 'bob을(를)', 'bob와(과)'],
    ['', '이(가)', '을(를)', '와(과)'],
  ])('after "%s" has the right form', (word, subject, object, and) => {
    expect([asSubject(word), asObject(word), together(word)]).toEqual([subject, object, and]);
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
