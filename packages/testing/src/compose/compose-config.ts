/** What `docker compose` makes of docker-compose.yml with overlays; no engine is needed for that. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));

interface ConfiguredService {
  readonly environment?: Readonly<Record<string, string>>;
  readonly networks?: Readonly<Record<string, unknown>>;
  readonly ports?: readonly { readonly target: number }[];
  readonly secrets?: readonly { readonly source: string }[];
  readonly volumes?: readonly { readonly type: string; readonly source: string; readonly target: string }[];
}

export interface Configured {
  readonly services: Readonly<Record<string, ConfiguredService>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>;
  readonly secrets?: Readonly<Record<string, { readonly file: string }>>;
}

/** `overlays` are the names of files in infra/docker, in the order of the command line. Rejects with what compose says. */
export async function composeConfig(
  overlays: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Configured> {
  const files = ['docker-compose.yml', ...overlays.map((overlay) => `infra/docker/${overlay}`)];
  const args = ['compose', ...files.flatMap((file) => ['-f', file]), 'config', '--format', 'json'];
  const { stdout } = await promisify(execFile)('docker', args, {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
  });
  return JSON.parse(stdout) as Configured;
}
