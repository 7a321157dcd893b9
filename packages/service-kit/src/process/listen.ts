/** Starts an HTTP server, and keeps a failure that comes later from ending the process. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from '../logging/logger.ts';

/**
 * Resolves with the port (0 takes a free one) once the server listens; rejects when it cannot. An error after that,
 * such as having no file descriptor left for a connection, is logged and costs that connection only.
 */
export async function listen(
  server: Server,
  options: { host: string; port: number; name: string; logger: Logger },
): Promise<number> {
  const { host, port, name, logger } = options;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  server.on('error', (error) => logger.error({ error }, `${name} failed`));
  const address = server.address() as AddressInfo;
  logger.info({ host, port: address.port }, `${name} listens`);
  return address.port;
}
