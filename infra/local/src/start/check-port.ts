/** Checks that the public port is free, and says what listens on it otherwise. */
import { get } from 'node:http';
import { isPortFree } from '../machine/find-free-port.ts';
import { RemedyError } from '../machine/remedy-error.ts';

const RESPONSE_DEADLINE_MS = 500;
const LOWEST_UNPRIVILEGED_PORT = 1_024;

/** Rejects when nginx could not listen there, with another port to use. */
export async function checkPort(port: number, hosts: readonly string[]): Promise<void> {
  for (const host of hosts) {
    if (await isPortFree(port, host)) continue;
    const remedy = `choose another port, for example: PORT=${port === 65_535 ? 8_081 : port + 1} npm start`;
    if (await isNearbyFriends(port)) {
      throw new RemedyError(
        `Port ${port} is taken by another stack of Nearby Friends, from another folder.`,
        `Use that one, stop it (Ctrl-C where it was started), or ${remedy}`,
      );
    }
    throw port < LOWEST_UNPRIVILEGED_PORT
      ? new RemedyError(`Port ${port} is taken, or only root may use it.`, `To go on, ${remedy}`)
      : new RemedyError(`Port ${port} is taken by another program.`, `End that program, or ${remedy}`);
  }
}

/** Whether the program on that port hides its metrics as this project's nginx does. */
async function isNearbyFriends(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const request = get({ host: '127.0.0.1', port, path: '/metrics', agent: false, timeout: RESPONSE_DEADLINE_MS });
    request.once('response', (response) => {
      response.resume();
      const isProblem = response.headers['content-type'] === 'application/problem+json';
      resolve(response.headers['server'] === 'nginx' && isProblem && response.statusCode === 404);
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(false));
    request.once('close', () => resolve(false));
  });
}
