/** Finds TCP ports on loopback that nothing listens on. */
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { systemErrorCode } from './remedy-error.ts';

// Below what Linux (32768) and macOS (49152) hand out to outgoing connections: thousands of clients on loopback must
// not be able to take the port of a service that is just being restarted.
const LOWEST_PORT = 20_000;
const HIGHEST_PORT = 32_000;

const handedOut = new Set<number>();

/** A port that is free now, never the same twice from one process. Rejects when hundreds in a row are taken. */
export async function findFreePort(): Promise<number> {
  for (let attempt = 0; attempt < 500; attempt += 1) {
    const port = randomInt(LOWEST_PORT, HIGHEST_PORT);
    if (handedOut.has(port)) continue;
    handedOut.add(port);
    if (await isPortFree(port)) return port;
  }
  throw new Error(`No free port between ${LOWEST_PORT} and ${HIGHEST_PORT} was found in 500 attempts.`);
}

/** Whether a server could listen on that port of the host. */
export async function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return await new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error) => {
      if (['EADDRINUSE', 'EACCES'].includes(systemErrorCode(error) ?? '')) resolve(false);
      else reject(error);
    });
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}
