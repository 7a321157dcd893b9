import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { requestToken } from './welcome.ts';

const servers: ReturnType<typeof createServer>[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A stack that responds with these statuses, one after the other. */
async function respondingWith(...statuses: number[]): Promise<string> {
  const server = createServer((_request, response) => {
    response.writeHead(statuses.shift() ?? 500).end(JSON.stringify({ token: 't', expiresAt: 1 }));
  });
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('the first token', () => {
  it('is requested again while the load balancer avoids friend-graph', async () => {
    expect(await requestToken(await respondingWith(503, 503, 201), 'alice')).toEqual({ token: 't', expiresAt: 1 });
  });

  it('is not requested again after any other refusal', async () => {
    await expect(requestToken(await respondingWith(404), 'alice')).rejects.toThrow('404');
  });
});
