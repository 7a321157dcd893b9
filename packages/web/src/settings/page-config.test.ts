/** Checks that an invalid config.json does not break the page. */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { DEFAULT_CONFIG, parsePageConfig } from './page-config.ts';

describe('config.json', () => {
  it('as shipped contains the defaults', async () => {
    const text = await readFile(new URL('../../public/config.json', import.meta.url), 'utf8');
    expect(parsePageConfig(JSON.parse(text))).toEqual(DEFAULT_CONFIG);
  });

  it('may set each field, and invalid fields fall back to the defaults', () => {
    expect(
      parsePageConfig({ styleUrl: 'https://tiles.example.org/style.json', startAt: { lat: 37.5, lng: 127 } }),
    ).toEqual({
      ...DEFAULT_CONFIG,
      styleUrl: 'https://tiles.example.org/style.json',
      startAt: { lat: 37.5, lng: 127 },
    });
    for (const wrong of [null, [], 'x', { styleUrl: 7 }, { startAt: { lat: 99, lng: 0 } }, { startAt: { lat: '1' } }])
      expect(parsePageConfig(wrong)).toEqual(DEFAULT_CONFIG);
  });
});
