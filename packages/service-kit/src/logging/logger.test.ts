import { describe, expect, it } from '@jest/globals';
import { createLogger } from './logger.ts';

/** Chicago, and a token: neither may ever be read in a log. */
const LAT = 41.881832;
const LNG = -87.623177;
const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJlLWNhbmFyeQ';
const SECRETS = [String(LAT), String(-LNG), TOKEN, 'c2lnbmF0dXJl', 'hunter2'];

function setUp() {
  const lines: string[] = [];
  const logger = createLogger({
    service: 'location',
    replicaName: 'l1',
    level: 'debug',
    destination: { write: (line: string) => void lines.push(line) },
  });
  return { logger, lines };
}

/** What ioredis throws: the command's arguments hang on it. */
function redisError(message = 'OOM command not allowed') {
  const args = ['digest', '1', 'location:{ann}', Buffer.from(`${LAT},${LNG}`), String(LAT)];
  return Object.assign(new Error(message), { command: { name: 'evalsha', args } });
}

const positionBytes = Buffer.alloc(16);
positionBytes.writeDoubleBE(LAT, 0);
positionBytes.writeDoubleBE(LNG, 8);

const leaks: Record<string, (logger: ReturnType<typeof setUp>['logger']) => void> = {
  'a position': (logger) => logger.info({ position: { lat: LAT, lng: LNG } }, 'x'),
  'its fields': (logger) => logger.info({ lat: LAT, LNG, Latitude: LAT }, 'x'),
  'its fields, deep down': (logger) => logger.info({ a: { b: [{ c: { lat: LAT, lng: LNG } }] } }, 'x'),
  'its fields, at any depth': (logger) => logger.info({ a: { b: { c: { d: { e: { f: { g: { x: LAT } } } } } } } }, 'x'),
  'its bytes': (logger) => logger.info({ entryOf: positionBytes }, 'x'),
  'a text that holds it': (logger) => logger.info({ reason: `not at ${LAT}, ${LNG}` }, 'x'),
  'the message itself': (logger) => logger.info(`at ${LAT}, ${LNG} with ${TOKEN}`),
  'a message with place-holders': (logger) => logger.info('at %s, %o', String(LAT), { lng: LNG }),
  'a token': (logger) => logger.info({ token: TOKEN, nested: { deep: { auth: { token: TOKEN } } } }, 'x'),
  'a token under another name': (logger) => logger.info({ handshake: TOKEN, header: `Bearer hunter2` }, 'x'),
  'a token in a URL': (logger) => logger.info({ url: `/socket.io/?token=${TOKEN}` }, 'x'),
  'a password in a URL': (logger) => logger.info({ url: 'redis://user:hunter2@redis:6379' }, 'x'),
  'an error of ioredis': (logger) => logger.error({ error: redisError() }, 'x'),
  'an error of ioredis under another name': (logger) => logger.error({ reason: redisError(), err: redisError() }, 'x'),
  'an error of ioredis as the only argument': (logger) => logger.error(redisError(`no: ${LAT}`)),
  'an error as the cause of another': (logger) =>
    logger.error({ error: new Error('outer', { cause: redisError(`inner ${LAT}`) }) }, 'x'),
  'one of several errors': (logger) => logger.error({ error: new AggregateError([redisError(`one ${LAT}`)]) }, 'x'),
  'the message of an error, which its stack repeats': (logger) => logger.error({ error: new Error(`at ${LAT}`) }, 'x'),
  'a command that Redis does not know': (logger) =>
    logger.error(
      { error: new Error(`ERR unknown command 'SPUBLISH', with args beginning with: 'hunter2' '\\x40D\\xf0' `) },
      'x',
    ),
  'an error of JSON.parse': (logger) => {
    try {
      JSON.parse('hunter2');
    } catch (error) {
      logger.error({ error, reason: String(error) }, 'x');
    }
  },
  'an error of body-parser': (logger) =>
    logger.error({ error: Object.assign(new SyntaxError('bad'), { body: `{"lat":${LAT}`, type: 'x' }) }, 'x'),
  'what a child logger is bound to': (logger) =>
    logger.child({ at: { lat: LAT }, error: redisError(), url: `?${TOKEN}` }).info('x'),
  'what a child of a child is bound to': (logger) => logger.child({ a: 1 }).child({ lng: LNG }).info({ lat: LAT }, 'x'),
};

describe('a log never shows', () => {
  it.each(Object.entries(leaks))('%s', (_, log) => {
    const { logger, lines } = setUp();
    log(logger);
    expect(lines.length).toBe(1);
    for (const secret of SECRETS) expect(lines.join()).not.toContain(secret);
    // Bytes as an array of numbers would be a leak as well.
    expect(lines.join()).not.toContain(`${positionBytes[1]},${positionBytes[2]},${positionBytes[3]}`);
    JSON.parse(lines.join());
  });
});

describe('a log shows', () => {
  it('level, time, service, instance, message and what belongs to it', () => {
    const { logger, lines } = setUp();
    logger.info({ sessions: 3, ms: 12.345678, isNew: true, target: 'location:l2', none: null }, 'started');
    expect(JSON.parse(lines.join())).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      service: 'location',
      instance: 'l1',
      sessions: 3,
      ms: 12.345678,
      isNew: true,
      target: 'location:l2',
      none: null,
      msg: 'started',
    });
  });

  it('of an error its type, message, code, command, place and cause', () => {
    const { logger, lines } = setUp();
    const cause = Object.assign(new TypeError('connect ECONNREFUSED 127.0.0.1:6379'), { code: 'ECONNREFUSED' });
    logger.error({ error: Object.assign(redisError(), { cause }) }, 'x');
    expect(JSON.parse(lines.join()).error).toEqual({
      type: 'Error',
      message: 'OOM command not allowed',
      command: 'evalsha',
      stack: expect.arrayContaining([expect.stringContaining('logger.test.ts')]),
      cause: {
        type: 'TypeError',
        message: 'connect ECONNREFUSED 127.0.0.1:6379',
        code: 'ECONNREFUSED',
        stack: expect.any(Array),
      },
    });
  });

  it('something of what cannot be shown: bytes, collections, circles', () => {
    const { logger, lines } = setUp();
    const circle: Record<string, unknown> = { name: 'circle' };
    circle['self'] = circle;
    logger.info({ bytes: Buffer.alloc(7), users: new Set([1, 2]), circle, at: new Date(0) }, 'x');
    expect(JSON.parse(lines.join())).toMatchObject({
      bytes: '[7 bytes]',
      users: '[2 items]',
      circle: { name: 'circle', self: { name: 'circle' } },
      at: '1970-01-01T00:00:00.000Z',
    });
  });
});
