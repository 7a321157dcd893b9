/** Long-polling clients of many addresses that send message after message, to see whether the same replica gets them. */
import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { sourceAddress } from '@nearby-friends/simulator';

export interface PollingOutcome {
  /** How often each HTTP status came. */
  readonly statuses: Readonly<Record<string, number>>;
  /** How often each body came: `ok`, or what the server complained of. */
  readonly replies: Readonly<Record<string, number>>;
}

const CLIENTS_AT_ONCE = 60;
const SOCKETS = 20;
/** Well within what a gateway lets one client send by polling: request and packet count, 60 of both a second. */
const REQUESTS_PER_SECOND = 25;

/**
 * Each client connects by polling, with a token of its own, and sends `requestsEach` pongs, which the server takes without any
 * other response: a replica that does not know the session responds with status 400.
 */
export async function pollManyTimes(options: {
  url: string;
  clients: number;
  requestsEach: number;
  tokenOf: (user: string) => Promise<string>;
}): Promise<PollingOutcome> {
  const { url, clients, requestsEach, tokenOf } = options;
  const agent = new Agent({ keepAlive: true, maxSockets: SOCKETS });
  const statuses: Record<string, number> = {};
  const replies: Record<string, number> = {};
  const ask = (path: string, address: string, body?: string) => send(agent, new URL(path, url), address, body);
  const play = async (index: number) => {
    const address = sourceAddress(index);
    const opened = await ask('/socket.io/?EIO=4&transport=polling', address);
    const { sid } = JSON.parse(opened.body.slice(1)) as { sid: string };
    const session = `/socket.io/?EIO=4&transport=polling&sid=${sid}`;
    await ask(session, address, `40${JSON.stringify({ token: await tokenOf(`poller-${index}`) })}`);
    const connected = await ask(session, address);
    if (!connected.body.startsWith('40')) throw new Error(`not connected: ${connected.body}`);
    let secondEnds = performance.now() + 1_000;
    for (let i = 0; i < requestsEach; i++) {
      if (i % REQUESTS_PER_SECOND === REQUESTS_PER_SECOND - 1) {
        await delay(Math.max(0, secondEnds - performance.now()));
        secondEnds = performance.now() + 1_000;
      }
      const { status, body } = await ask(session, address, '3');
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
