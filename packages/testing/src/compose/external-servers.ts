/** A Redis and a PostgreSQL that belong to no compose project, reached through ports of the host. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findFreePort } from '@nearby-friends/local-stack';

const run = promisify(execFile);
const docker = async (...args: readonly string[]) => (await run('docker', [...args])).stdout.trim();

export class ExternalServers {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly #containers: readonly string[];

  private constructor(host: string, ports: { redis: number; postgres: number }, containers: readonly string[]) {
    this.databaseUrl = `postgresql://nearby@${host}:${ports.postgres}/nearby_friends`;
    this.redisUrl = `redis://${host}:${ports.redis}`;
    this.#containers = containers;
  }

  /** `password` is that of PostgreSQL. */
  static async start(password: string): Promise<ExternalServers> {
    // The host's address on Docker's default network, which no network of a project is part of.
    const host = await docker('network', 'inspect', 'bridge', '--format', '{{(index .IPAM.Config 0).Gateway}}');
    const ports = { redis: await findFreePort(), postgres: await findFreePort() };
    const publish = (port: number, inside: number) => ['run', '--detach', '--publish', `${host}:${port}:${inside}`];
    const redis = await docker(
      ...publish(ports.redis, 6379),
      ...['redis:8-alpine', 'redis-server', '--bind', '0.0.0.0', '--protected-mode', 'no', '--save', ''],
    );
    const postgres = await docker(
      ...publish(ports.postgres, 5432),
      ...[
        '--env',
        'POSTGRES_USER=nearby',
        '--env',
        'POSTGRES_DB=nearby_friends',
        '--env',
        `POSTGRES_PASSWORD=${password}`,
      ],
      'postgres:18-alpine',
    );
    return new ExternalServers(host, ports, [redis, postgres]);
  }

  async stop(): Promise<void> {
    await docker('rm', '--force', '--volumes', ...this.#containers);
  }
}
