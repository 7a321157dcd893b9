/** Says to the person who started the stack what they can do with it now. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Stack } from '../stack/stack.ts';

const FIRST_USER = 'alice';
/** A friend of most of those who live on the map; see `demo-people.ts` of the simulator. */
const FRIEND_OF_MANY = 'demo';
const UNAVAILABLE_DEADLINE_MS = 10_000;
const RETRY_PAUSE_MS = 100;

/**
 * The text, with a token that really works; `people`: how many live on the map. Rejects when no token can be had: then the
 * stack does not work either.
 */
export async function welcome(
  stack: Stack,
  url: string,
  { tookMs, people }: { readonly tookMs: number; readonly people: number },
): Promise<string> {
  const user = people === 0 ? FIRST_USER : FRIEND_OF_MANY;
  const { token, expiresAt } = await requestToken(stack.url, user);
  const company =
    people === 0 ? '' : `${people} people are coming out into the streets; most are friends of "${user}".\n`;
  return `
Everything runs, after ${(tookMs / 1000).toFixed(1)} s.
${company}
A token for the user "${user}", until ${new Date(expiresAt).toLocaleString()}:
${token}

One for anybody else:
curl -s ${url}/api/v1/dev/tokens -H 'content-type: application/json' -d '{"userId":"bob"}'

Requests are logged in ${stack.nginx.accessLogFile}
Stop with Ctrl-C.

Nearby friends is ready at ${url}
${people === 0 ? 'Open it in two windows and be two people.' : `Open it and be "${user}".`}
`;
}

/**
 * A 503 passes: whoever called before friend-graph was up made nginx leave it alone for two seconds.
 * Rejects with any other refusal, and when it has not passed by then.
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
    const answer = await response.text();
    if (response.status !== 503 || performance.now() >= deadline) {
      throw new Error(`The stack is up, but gives no token: it answered ${response.status} ${answer}`);
    }
    await delay(RETRY_PAUSE_MS);
  }
}
