/** Starts an HTTP server and logs its later errors, which would otherwise end the process. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from '../logging/logger.ts';

/**
 * Resolves with the port (0 selects a free one) once the server listens; rejects when it cannot. A later error, for example
 * no free file descriptor for a connection, is logged and affects that connection only.
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
  server.on('error', (error) => logger.error({ error, server: name }, 'server error'));
  const address = server.address() as AddressInfo;
  logger.info({ server: name, host, port: address.port }, 'server listens');
  return address.port;
}
