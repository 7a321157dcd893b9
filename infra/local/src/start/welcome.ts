/** The text that `npm start` shows once the stack is ready. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Stack } from '../stack/stack.ts';

const FIRST_USER = 'alice';
/** A friend of most residents; see the simulator. */
const FRIEND_OF_MANY = 'demo';
const UNAVAILABLE_DEADLINE_MS = 10_000;
const RETRY_PAUSE_MS = 100;

/**
 * The text, with a working token; `people`: how many live on the map. Rejects when the stack issues no token, since then it
 * does not work.
 */
export async function welcome(
  stack: Stack,
  url: string,
  { tookMs, people }: { readonly tookMs: number; readonly people: number },
): Promise<string> {
  const user = people === 0 ? FIRST_USER : FRIEND_OF_MANY;
  const { token, expiresAt } = await requestToken(stack.url, user);
  const company = people === 0 ? '' : `${people} simulated people appear on the map; most are friends of "${user}".\n`;
  return `
Ready after ${(tookMs / 1000).toFixed(1)} s.
${company}
A token for the user "${user}", until ${new Date(expiresAt).toLocaleString()}:
${token}

A token for any other user:
curl -s ${url}/api/v1/dev/tokens -H 'content-type: application/json' -d '{"userId":"bob"}'

Requests are logged in ${stack.nginx.accessLogFile}
Stop with Ctrl-C.

Nearby friends is ready at ${url}
${people === 0 ? 'Open it in two windows and sign in as two users.' : `Open it and sign in as "${user}".`}
`;
}

/**
 * Retries a 503 for 10 s: after an early call failed, nginx avoids friend-graph for two seconds. Rejects with any other
 * refusal.
 */
export async function requestToken(url: string, userId: string): Promise<{ token: string; expiresAt: number }> {
  const deadline = performance.now() + UNAVAILABLE_DEADLINE_MS;
  for (;;) {
    const response = await fetch(`${url}/api/v1/dev/tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ userId }),
    });
    if (response.status === 201) return (await response.json()) as { token: string; expiresAt: number };
    const body = await response.text();
    if (response.status !== 503 || performance.now() >= deadline) {
      throw new Error(`The stack is up but issues no token: HTTP ${response.status} ${body}`);
    }
    await delay(RETRY_PAUSE_MS);
  }
}
