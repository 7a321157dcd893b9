/** Says to the person who started the stack what they can do with it now. */
import type { Stack } from './stack.ts';

const FIRST_USER = 'alice';

/** The text, with a token that really works. Rejects when none can be had: then the stack does not work either. */
export async function welcome(stack: Stack, url: string, tookMs: number): Promise<string> {
  const { token, expiresAt } = await requestToken(stack.url, FIRST_USER);
  return `
Nearby friends is ready at ${url} after ${(tookMs / 1000).toFixed(1)} s.

A token for the user "${FIRST_USER}", until ${new Date(expiresAt).toLocaleString()}:
${token}

One for anybody else:
curl -s ${url}/api/v1/dev/tokens -H 'content-type: application/json' -d '{"userId":"bob"}'

Stop with Ctrl-C. Requests are logged in ${stack.nginx.accessLogFile}
`;
}

async function requestToken(url: string, userId: string): Promise<{ token: string; expiresAt: number }> {
  const response = await fetch(`${url}/api/v1/dev/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ userId }),
  });
  if (response.status !== 201) {
    throw new Error(`The stack is up, but gives no token: it answered ${response.status} ${await response.text()}`);
  }
  return (await response.json()) as { token: string; expiresAt: number };
}
