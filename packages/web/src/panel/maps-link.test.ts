/** Checks the addresses for the maps apps. */
import { describe, expect, it } from '@jest/globals';
import { mapsLink } from './maps-link.ts';

describe('the link to a maps app', () => {
  it.each([
    ['Mozilla/5.0 (Linux; Android 16; Pixel 9)', 'geo:41.88260,-87.63260?q=41.88260,-87.63260'],
    ['Mozilla/5.0 (iPhone; CPU iPhone OS 19_0)', 'https://maps.apple.com/?ll=41.88260,-87.63260&q=41.88260,-87.63260'],
    [
      'Mozilla/5.0 (X11; Linux x86_64)',
      'https://www.openstreetmap.org/?mlat=41.88260&mlon=-87.63260#map=16/41.88260/-87.63260',
    ],
  ])('of %s', (userAgent, expected) => {
    expect(mapsLink({ lat: 41.8826, lng: -87.6326 }, userAgent)).toBe(expected);
  });
});
