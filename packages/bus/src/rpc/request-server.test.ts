import { expect, it } from '@jest/globals';
import { CodedError, jsonCodec, type Method } from '@nearby-friends/protocol';
import { type Logger, Metrics, noTracer, silentLogger } from '@nearby-friends/service-kit';
import { z } from 'zod';
import { orUnavailable } from '../redis/redis-failure.ts';
import { decodeEnvelope, encodeRequest } from './envelope.ts';
import { RequestServer } from './request-server.ts';
import { RpcObserver } from './rpc-observer.ts';

const method: Method<object, object> = {
  service: 'location',
  name: 'fail',
  request: jsonCodec(z.object({})),
  response: jsonCodec(z.object({})),
};

const replyError = (message: string) => Object.assign(new Error(message), { name: 'ReplyError' });

/** The code that the caller gets, and the level at which it is logged. */
async function failWith(error: unknown) {
  const logged: string[] = [];
  const log = (level: string) => (_: object, message: string) => void logged.push(`${level} ${message}`);
  const logger = { ...silentLogger, warn: log('warn'), error: log('error') } as unknown as Logger;
  const responses: Buffer[] = [];
  const server = new RequestServer({
    publish: async (_, payload) => responses.push(payload),
    observer: new RpcObserver({ metrics: new Metrics(), tracer: noTracer }),
    logger,
  });
  server.serve(method, () => orUnavailable(Promise.reject(error)));
  const request = decodeEnvelope(encodeRequest(1, method.name, 'caller', Buffer.from('{}')));
  if (request.kind !== 'request') throw new Error('no request');
  server.respond(request);
  await server.idle();
  const [response] = responses.map((payload) => decodeEnvelope(payload));
  return [response?.kind === 'error' ? response.code : response?.kind, ...logged];
}

it.each([
  new Error("Stream isn't writeable and enableOfflineQueue options is false"),
  new Error('Connection is closed.'),
  Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }),
  Object.assign(new Error('Reached the max retries per request limit'), { name: 'MaxRetriesPerRequestError' }),
  Object.assign(new Error('Command aborted'), { name: 'AbortError' }),
  replyError('LOADING Redis is loading the dataset in memory'),
  replyError("OOM command not allowed when used memory > 'maxmemory'."),
  replyError("READONLY You can't write against a read only replica."),
])('an outage of Redis is unavailable to the caller, and no bug: %s', async (error) => {
  expect(await failWith(error)).toEqual(['unavailable', 'warn rpc handler unavailable']);
});

it.each([
  new TypeError('x is not a function'),
  replyError("ERR wrong number of arguments for 'get' command"),
  replyError('WRONGTYPE Operation against a key holding the wrong kind of value'),
])('a bug is reported as one: %s', async (error) => {
  expect(await failWith(error)).toEqual(['internal', 'error rpc handler failed']);
});

it('what a handler refuses is its own answer', async () => {
  expect(await failWith(new CodedError('account_erased', 'Gone.'))).toEqual(['account_erased']);
});
