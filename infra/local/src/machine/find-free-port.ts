/** Finds TCP ports on loopback that nothing listens on. */
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { systemErrorCode } from './remedy-error.ts';

// Below the ephemeral range of Linux (32768) and macOS (49152): outgoing connections of thousands of clients on loopback
// must not take the port of a service that restarts.
const LOWEST_PORT = 20_000;
const BLOCKS = 120;
const PORTS_PER_BLOCK = 100;

// A port stays unused from here until a program has started and listens on it. Test runners that work side by side
// therefore search different blocks: neighbouring pids have different ones.
const firstPort = LOWEST_PORT + (process.pid % BLOCKS) * PORTS_PER_BLOCK;
let next = randomInt(PORTS_PER_BLOCK);

/** A port that is free now; the next call returns another one. Rejects when all ports of this process' block are taken. */
export async function findFreePort(): Promise<number> {
  for (let attempt = 0; attempt < PORTS_PER_BLOCK; attempt += 1) {
    const port = firstPort + next;
    next = (next + 1) % PORTS_PER_BLOCK;
    if (await isPortFree(port)) return port;
  }
  throw new Error(`All ports from ${firstPort} to ${firstPort + PORTS_PER_BLOCK - 1} are taken.`);
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
