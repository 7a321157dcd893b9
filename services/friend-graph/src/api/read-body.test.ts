import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { readBody } from './read-body.ts';

const schema = z.strictObject({ radius: z.number().optional() });
let server: Server;

beforeEach(async () => {
  server = createServer((incoming, response) => {
    const isBodyOptional = incoming.url === '/optional';
    readBody({ isBodyOptional }, schema, incoming as Request, response as Response).then(
      (body) => response.end(JSON.stringify(body)),
      (error: { code: string }) => response.end(error.code),
    );
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function send(path: string, headers: Record<string, string>, body?: string): Promise<string> {
  const { port } = server.address() as AddressInfo;
  const outgoing = request({ host: '127.0.0.1', port, path, method: 'PATCH', headers, agent: false });
  outgoing.end(body);
  const [response] = await once(outgoing, 'response');
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return text;
}

const JSON_TYPE = { 'content-type': 'application/json' };
const EMPTY: readonly (readonly [string, Record<string, string>])[] = [
  ['no body', {}],
  ['no body but its type', JSON_TYPE],
  ['a length of 0', { 'content-length': '0' }],
  ['a length of 0 and a type', { ...JSON_TYPE, 'content-length': '0' }],
  ['no pieces', { ...JSON_TYPE, 'transfer-encoding': 'chunked' }],
];

it.each(EMPTY)('a request with %s has no object', async (_, headers) => {
  expect(await send('/required', headers)).toBe('invalid_payload');
});

it.each(EMPTY)(
  'a request with %s counts as one with an empty object where the body is optional',
  async (_, headers) => {
    expect(await send('/optional', headers)).toBe('{}');
  },
);

it.each(['/required', '/optional'])('a body is read: %s', async (path) => {
  expect(await send(path, JSON_TYPE, '{"radius":7}')).toBe('{"radius":7}');
  expect(await send(path, JSON_TYPE, '{}')).toBe('{}');
  expect(await send(path, { 'content-type': 'text/plain' }, '{}')).toBe('invalid_payload');
  expect(await send(path, JSON_TYPE, '{"speed":7}')).toBe('invalid_payload');
});
