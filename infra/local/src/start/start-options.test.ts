/** The options of `npm start`, and the messages for invalid ones. */
import { describe, expect, it } from '@jest/globals';
import { parseStartOptions } from './start-options.ts';

describe('parseStartOptions', () => {
  it('has defaults', () => {
    expect(parseStartOptions([], { DATABASE_URL: '' })).toEqual({
      port: 8080,
      databaseUrl: undefined,
      redisUrl: undefined,
      gateways: 2,
      locations: 2,
      friendGraphs: 2,
      ingests: 1,
      alerts: 1,
      people: 40,
      reportSeconds: 2,
    });
  });

  it('prefers the command line over the environment', () => {
    const env = { PORT: '8081', REDIS_URL: 'redis://there' };
    expect(parseStartOptions(['--port', '8082', '--gateways=4'], env)).toMatchObject({
      port: 8082,
      gateways: 4,
      redisUrl: 'redis://there',
    });
    expect(parseStartOptions([], env)).toMatchObject({ port: 8081 });
  });

  it('puts more people on the map, or none', () => {
    expect(parseStartOptions(['--people', '300', '--report-every=5'], {})).toMatchObject({
      people: 300,
      reportSeconds: 5,
    });
    expect(parseStartOptions(['--people=0'], {})).toMatchObject({ people: 0 });
  });

  it('knows --help', () => {
    expect(parseStartOptions(['--help'], {})).toBe('help');
  });

  it.each([
    [['--port', 'web'], 'PORT is "web". Give a whole number from 1 to 65535.'],
    [['--gateways', '0'], '--gateways is "0". Give a whole number from 1 to 64.'],
    [['--people', 'many'], '--people is "many". Give a whole number from 0 to 2000.'],
    [['--gatways', '2'], "Unknown option '--gatways'. See `npm start -- --help`."],
  ])('says what is wrong with %j', (args, message) => {
    expect(() => parseStartOptions(args, {})).toThrow(message);
  });
});
