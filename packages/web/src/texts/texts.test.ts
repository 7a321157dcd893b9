/** Checks that both languages have all texts, and the formats of distances and times. */
import { describe, expect, it } from '@jest/globals';
import { english } from './english.ts';
import { korean } from './korean.ts';
import { preferredLanguage } from './language.ts';
import { ageText, distanceText, lastSeenText, percentText, speedText, tonight, untilText } from './measures.ts';
import { unitsOf } from './units.ts';

/** The product name. */
const SAME_IN_BOTH = ['title'];

/** Returns every text by its key. Functions are called with sample arguments. */
function textsOf(table: object, prefix = ''): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(table) as [string, unknown][]) {
    if (typeof value === 'string') found.set(prefix + key, value);
    else if (typeof value === 'function') {
      const isList = key === 'cameNear' || key === 'left';
      found.set(
        prefix + key,
        String((value as (...all: unknown[]) => unknown)(isList ? ['Ann'] : 'Ann', 'b', 'c', 'd')),
      );
    } else for (const entry of textsOf(value as object, `${prefix}${key}.`)) found.set(...entry);
  }
  return found;
}

describe('the text tables', () => {
  it('have a Korean translation of every text', () => {
    const [en, ko] = [textsOf(english), textsOf(korean)];
    expect([...ko.keys()].sort()).toEqual([...en.keys()].sort());
    const untranslated = [...ko].filter(
      ([key, text]) => !SAME_IN_BOTH.includes(key) && !/\p{Script=Hangul}/u.test(text),
    );
    expect(untranslated).toEqual([]);
  });
});

describe('Korean texts', () => {
  it('name people politely, so that no particle depends on how a name is read', () => {
    expect(korean.cameNear(['bob'])).toBe('bob 님이 가까이 왔습니다.');
    expect(korean.cameNear(['민준', '지아', 'bob', 'eve'])).toBe('민준 님, 지아 님 외 2명이 가까이 왔습니다.');
    // A device has any name, and the user's own new one is quoted as it is.
    const unsure = [...textsOf(korean)].filter(([, text]) => /Ann(?:을\(를\)|이\(가\)|\(으\)로|에게|과)/.test(text));
    expect(unsure.map(([key]) => key).sort()).toEqual(['deviceAdded', 'deviceRemoved', 'reallyRemove', 'renamed']);
  });
});

describe('preferredLanguage', () => {
  it.each([
    [['ko-KR', 'en'], 'ko'],
    [['de', 'ko', 'en'], 'ko'],
    [['EN-gb'], 'en'],
    [['fr'], 'en'],
    [['toString'], 'en'],
    [[], 'en'],
  ] as const)('of %j is %s', (wanted, expected) => {
    expect(preferredLanguage(wanted)).toBe(expected);
  });
});

describe('distances', () => {
  it.each([
    [0, '0 m'],
    [44, '40 m'],
    [994, '990 m'],
    [996, '1 km'],
    [1_249, '1.2 km'],
    [12_600, '13 km'],
  ])('%d metres are %s', (meters, expected) => {
    expect(distanceText(meters, 'en')).toBe(expected);
  });
});

describe('distances in miles', () => {
  it.each([
    [0, '0 ft'],
    [40, '130 ft'],
    [700, '0.4 mi'],
    [8_046.72, '5 mi'],
    [35_000, '22 mi'],
  ])('%d metres are %s', (meters, expected) => {
    expect(distanceText(meters, 'en', 'miles')).toBe(expected);
  });

  it.each([
    [['en-US', 'ko-KR'], 'miles'],
    [['ko-KR', 'en-US'], 'kilometers'],
    [['en', 'en-US'], 'miles'],
    [['de'], 'kilometers'],
  ] as const)('are those of %j: %s', (languages, expected) => {
    expect(unitsOf(languages)).toBe(expected);
  });
});

describe('speeds and charges', () => {
  it('are in km/h and percent', () => {
    expect([speedText(1.4, 'en'), speedText(30, 'ko')]).toEqual(['5 km/h', '108km/h']);
    expect(speedText(1.4, 'en', 'miles')).toBe('3 mph');
    expect([percentText(0.42, 'en'), percentText(42, 'ko'), percentText(1, 'en'), percentText(100, 'en')]).toEqual([
      '42%',
      '42%',
      '100%',
      '100%',
    ]);
  });
});

describe('ages', () => {
  it.each([
    [-3_000, 'now', '지금'],
    [9_000, 'now', '지금'],
    [25_000, '20 sec. ago', '20초 전'],
    [200_000, '3 min. ago', '3분 전'],
    [899_000, '14 min. ago', '14분 전'],
    [3_601_000, '60 min. ago', '60분 전'],
  ])('%d ms are "%s" and "%s"', (age, inEnglish, inKorean) => {
    expect([ageText(age, 'en'), ageText(age, 'ko')]).toEqual([inEnglish, inKorean]);
  });
});

describe('when a device was last seen', () => {
  it('is the time of today, and the day of earlier ones', () => {
    const evening = new Date(2026, 10, 26, 23, 30).getTime();
    expect(lastSeenText(new Date(2026, 10, 26, 7, 5).getTime(), 'en', evening)).toMatch(/^7:05\sAM$/);
    expect(lastSeenText(new Date(2026, 10, 25, 23, 30).getTime(), 'en', evening)).toBe('Nov 25, 2026');
  });
});

describe('tonight', () => {
  it('is the end of the local day, also late in the evening', () => {
    const evening = new Date(2026, 10, 26, 23, 30).getTime();
    expect(new Date(tonight(evening))).toEqual(new Date(2026, 10, 27, 0, 0));
    expect(untilText(new Date(2026, 10, 26, 23, 45).getTime(), 'en', evening)).toMatch(/^11:45\sPM$/);
    expect(untilText(tonight(evening), 'en', evening)).toMatch(/^Fri/);
  });
});
