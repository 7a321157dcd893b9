import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { requestToken } from './welcome.ts';

const servers: ReturnType<typeof createServer>[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A stack that answers with these statuses, one after the other. */
async function answering(...statuses: number[]): Promise<string> {
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
  it('is asked for again while the load balancer leaves friend-graph alone', async () => {
    expect(await requestToken(await answering(503, 503, 201), 'alice')).toEqual({ token: 't', expiresAt: 1 });
  });

  it('is given up on any other refusal', async () => {
    await expect(requestToken(await answering(404), 'alice')).rejects.toThrow('404');
  });
});
