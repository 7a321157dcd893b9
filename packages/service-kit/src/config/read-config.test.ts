import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { commonSettings, DEFAULT_REDIS_PREFIX } from '../process/common-settings.ts';
import { tokenSettings } from '../tokens/token-settings.ts';
import { ConfigError, defineSettings, fromText, helpText, readConfig } from './read-config.ts';

const settings = defineSettings({
  port: { env: 'PORT', schema: fromText.integer(0, 65_535), description: 'Where to listen.' },
  pauseSeconds: {
    env: 'PAUSE_SECONDS',
    schema: fromText.number(0, 10),
    default: '2.5',
    unit: 's',
    description: 'How long to rest.',
  },
  mode: { env: 'MODE', schema: fromText.oneOf(['fast', 'safe']), default: 'safe', description: 'How to go about it.' },
  origins: { env: 'ORIGINS', schema: fromText.list(), default: '', description: 'Who may come.' },
  isOpen: { env: 'IS_OPEN', schema: fromText.boolean(), default: 'true', description: 'Whether to let anybody in.' },
  key: {
    env: 'KEY',
    schema: z.string().min(20, 'must have at least 20 characters'),
    default: 'default-key-that-is-private-default',
    secret: true,
    description: 'What opens the door.',
  },
  url: {
    env: 'URL',
    schema: fromText.url('redis'),
    default: 'redis://127.0.0.1:6379',
    secret: true,
    description: 'Where Redis is.',
  },
});

describe('configuration', () => {
  it('uses the defaults, also for empty variables', () => {
    expect(readConfig(settings, { PORT: '80', MODE: '' })).toEqual({
      port: 80,
      pauseSeconds: 2.5,
      mode: 'safe',
      origins: [],
      isOpen: true,
      key: 'default-key-that-is-private-default',
      url: 'redis://127.0.0.1:6379',
    });
  });

  it('turns text into values', () => {
    const env = { PORT: '0', PAUSE_SECONDS: '0.25', MODE: 'fast', ORIGINS: 'a, b,,c ', IS_OPEN: 'false' };
    expect(readConfig(settings, env)).toMatchObject({
      port: 0,
      pauseSeconds: 0.25,
      mode: 'fast',
      origins: ['a', 'b', 'c'],
      isOpen: false,
    });
  });

  it('reports all problems at once, by the names of the variables', () => {
    const read = () => readConfig(settings, { PAUSE_SECONDS: '11', MODE: 'slow', IS_OPEN: 'yes' });
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(
      /PORT is not set: Where to listen\.\n.*PAUSE_SECONDS: "11" .*10\n.*MODE: "slow" .*fast.*\n.*IS_OPEN: "yes"/,
    );
    expect(read).toThrow(/--help/);
  });

  it.each([
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '80.5'],
    ['PORT', '0x50'],
    ['PORT', ' 80'],
    ['PORT', '8e1'],
    ['PAUSE_SECONDS', 'NaN'],
    ['PAUSE_SECONDS', 'Infinity'],
    ['PAUSE_SECONDS', '1,5'],
    ['URL', 'http://127.0.0.1'],
    ['URL', 'not a url'],
  ])('refuses %s=%j', (env, text) => {
    expect(() => readConfig(settings, { PORT: '80', [env]: text })).toThrow(env);
  });

  it('never shows a secret, neither when it is invalid nor in the help', () => {
    const read = () => readConfig(settings, { PORT: '80', KEY: 'canary-key', URL: 'http://u:canary-word@h' });
    expect(read).toThrow(/KEY: .*\n.*URL: /);
    expect(read).not.toThrow(/canary/);
    expect(() => readConfig(settings, { PORT: '80', KEY: 'canary' })).toThrow(
      'KEY: the given value must have at least 20',
    );
    expect(helpText('x', 'y', settings)).not.toMatch(/private-default|6379/);
  });

  it('prints name, unit, default and description of every setting', () => {
    const help = helpText('location', 'keeps positions.', settings);
    expect(help).toContain('location: keeps positions.');
    expect(help).toContain('  PORT, required\n      Where to listen.\n');
    expect(help).toContain('  PAUSE_SECONDS (s), default 2.5\n      How long to rest.\n');
    expect(help).toContain('  ORIGINS, default empty\n');
    expect(help).toContain('  KEY or KEY_FILE, has a default\n');
  });
});

describe('the settings that all services share', () => {
  it('mark secrets', () => {
    const secrets = Object.values({ ...commonSettings, ...tokenSettings }).filter(
      (one) => 'secret' in one && one.secret,
    );
    expect(secrets.map(({ env }) => env)).toEqual(['REDIS_URL', 'OTEL_EXPORTER_OTLP_HEADERS', 'JWT_SECRET']);
  });

  it('refuse a short token secret and an instance id that is no name', () => {
    expect(() => readConfig(tokenSettings, { JWT_SECRET: 'x'.repeat(31) })).toThrow('at least 32');
    expect(() => readConfig(commonSettings, { OPS_PORT: '0', REDIS_URL: 'redis://h', INSTANCE_ID: 'a b' })).toThrow(
      'INSTANCE_ID',
    );
  });

  it('refuse a Redis database, which would not separate channels, and say what does', () => {
    const read = (REDIS_URL: string) => readConfig(commonSettings, { OPS_PORT: '0', REDIS_URL }).redisUrl;
    for (const url of ['redis://h', 'redis://h/', 'redis://h/0', 'rediss://u:p@h:1']) expect(read(url)).toBe(url);
    for (const url of ['redis://h/1', 'redis://u:p@h:1/15', 'redis://h?db=2', 'redis://h/0?db=2']) {
      expect(() => read(url)).toThrow(/REDIS_URL: the given value must not name a database.*REDIS_PREFIX/);
    }
  });

  it('name the deployment in every key and channel', () => {
    const read = (REDIS_PREFIX?: string) =>
      readConfig(commonSettings, { OPS_PORT: '0', REDIS_URL: 'redis://h', REDIS_PREFIX }).redisPrefix;
    expect([read(), read('staging.2')]).toEqual([DEFAULT_REDIS_PREFIX, 'staging.2:']);
    for (const name of ['a:b', 'a b', '{a}', 'ä', 'x'.repeat(65)]) expect(() => read(name)).toThrow('REDIS_PREFIX');
  });

  it('name their unit', () => {
    for (const { env, ...setting } of Object.values(commonSettings)) {
      if (env.endsWith('_SECONDS')) expect(setting).toMatchObject({ unit: 's' });
    }
  });
});
