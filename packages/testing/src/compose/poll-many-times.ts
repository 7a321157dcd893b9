/** Long-polling clients of many addresses that send message after message, to see whether the same replica gets them. */
import { Agent, request } from 'node:http';
import { sourceAddress } from '@nearby-friends/simulator';

export interface PollingOutcome {
  /** How often each HTTP status came. */
  readonly statuses: Readonly<Record<string, number>>;
  /** How often each body came: `ok`, or what the server complained of. */
  readonly replies: Readonly<Record<string, number>>;
}

const CLIENTS_AT_ONCE = 20;

/**
 * Each client opens an Engine.IO session by polling and sends `requestsEach` pongs, which the server takes without
 * any other response: a replica that does not know the session responds with status 400.
 */
export async function pollManyTimes(options: {
  url: string;
  clients: number;
  requestsEach: number;
}): Promise<PollingOutcome> {
  const { url, clients, requestsEach } = options;
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS_AT_ONCE });
  const statuses: Record<string, number> = {};
  const replies: Record<string, number> = {};
  const ask = (path: string, address: string, body?: string) => send(agent, new URL(path, url), address, body);
  const play = async (index: number) => {
    const address = sourceAddress(index);
    const opened = await ask('/socket.io/?EIO=4&transport=polling', address);
    const { sid } = JSON.parse(opened.body.slice(1)) as { sid: string };
    for (let i = 0; i < requestsEach; i++) {
      const { status, body } = await ask(`/socket.io/?EIO=4&transport=polling&sid=${sid}`, address, '3');
      statuses[status] = (statuses[status] ?? 0) + 1;
      replies[body] = (replies[body] ?? 0) + 1;
    }
  };
  let next = 0;
  const worker = async () => {
    while (next < clients) await play(next++);
  };
  await Promise.all(Array.from({ length: CLIENTS_AT_ONCE }, worker));
  agent.destroy();
  return { statuses, replies };
}

function send(agent: Agent, url: URL, address: string, body?: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const headers = { 'x-forwarded-for': address, 'content-type': 'text/plain;charset=UTF-8' };
    const sent = request(url, { agent, headers, method: body === undefined ? 'GET' : 'POST' }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
    });
    sent.on('error', reject).end(body);
  });
}
