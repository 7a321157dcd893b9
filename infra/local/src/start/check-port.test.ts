/** What is said about a public port that cannot be used. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import { checkPort } from './check-port.ts';

const servers: ReturnType<typeof createServer>[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function takenBy(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const check = (port: number): Promise<void> => checkPort(port, ['127.0.0.1']);

it('names another program, and another port', async () => {
  const port = await takenBy((_, response) => response.end('hello'));
  await expect(check(port)).rejects.toThrow(
    `Port ${port} is taken by another program. End that program, or choose another port, for example: PORT=${port + 1} npm start`,
  );
});

it('recognises the stack of another folder', async () => {
  const port = await takenBy((_, response) => {
    response.writeHead(404, { server: 'nginx', 'content-type': 'application/problem+json' }).end('{}');
  });
  await expect(check(port)).rejects.toThrow(`Port ${port} is taken by another stack of Nearby Friends`);
});

it('does not wait for a program that never responds', async () => {
  const port = await takenBy(() => undefined);
  const before = performance.now();
  await expect(check(port)).rejects.toThrow('is taken by another program');
  expect(performance.now() - before).toBeLessThan(2_000);
});

it('accepts a free port', async () => {
  const port = await takenBy(() => undefined);
  servers.pop()?.close();
  await check(port);
});
