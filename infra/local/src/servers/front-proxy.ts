/** Runs a proxy of an operator in front of a deployment, for tests: the recipes of infra/proxies, without TLS. */
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ensureCaddyBinary } from '../binaries/caddy-binary.ts';
import { type Executable, plainEnvironment } from '../binaries/executable.ts';
import { ensureNginxBinary } from '../binaries/nginx-binary.ts';
import { findFreePort, isPortFree } from '../machine/find-free-port.ts';
import { checkoutRoot, makeRunFolder } from '../machine/local-folder.ts';
import { spawnManaged } from '../processes/managed-process.ts';

export type FrontProxyProgram = 'nginx' | 'caddy';

interface FrontProxyOptions {
  readonly program: FrontProxyProgram;
  /** The address of the deployment. */
  readonly target: string;
  /** Whether it sends its own name of the deployment as the host, as nginx does by default. */
  readonly changesHost?: boolean;
}

export interface FrontProxy {
  /** The deployment on a host of its own. */
  readonly hostUrl: string;
  /** The deployment below the path `/nearby`, without a slash at its end. */
  readonly pathUrl: string;
  stop(): Promise<void>;
}

const DEADLINE_MS = 10_000;
const POLL_MS = 20;

interface Recipe {
  readonly file: string;
  ensureBinary(): Promise<Executable>;
  args(folder: string): string[];
  /** The recipe for this machine: on these ports of 127.0.0.1, without TLS. */
  adapt(text: string, options: { hostPort: number; pathPort: number; target: string; changesHost: boolean }): string;
}

const RECIPES: Readonly<Record<FrontProxyProgram, Recipe>> = {
  nginx: {
    file: 'nginx.conf',
    ensureBinary: ensureNginxBinary,
    args: (folder) => ['-p', `${folder}/`, '-e', 'stderr', '-c', path.join(folder, 'nginx.conf'), '-g', 'daemon off;'],
    adapt(text, { hostPort, pathPort, target, changesHost }) {
      const ports = [hostPort, pathPort];
      const servers = text
        .replaceAll(/^ *ssl_.*$/gm, '')
        .replaceAll('listen 443 ssl;', () => `listen 127.0.0.1:${ports.shift()};`)
        .replaceAll(/^ *proxy_set_header Host .*$/gm, (line) => (changesHost ? '' : line))
        .replace('127.0.0.1:8080', target);
      const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
        (kind) => `${kind}_temp_path ${kind};`,
      );
      return `pid nginx.pid;\nevents {}\nhttp {\naccess_log off;\n${temporary.join('\n')}\n${servers}}\n`;
    },
  },
  caddy: {
    file: 'Caddyfile',
    ensureBinary: ensureCaddyBinary,
    args: (folder) => ['run', '--adapter', 'caddyfile', '--config', path.join(folder, 'Caddyfile')],
    adapt(text, { hostPort, pathPort, target, changesHost }) {
      const proxy = changesHost ? `reverse_proxy ${target} {\nheader_up Host nearby\n}` : `reverse_proxy ${target}`;
      const sites = text
        .replace(/^nearby\.example\.org \{/m, `http://127.0.0.1:${hostPort} {`)
        .replace(/^example\.org \{/m, `http://127.0.0.1:${pathPort} {`)
        .replaceAll('reverse_proxy 127.0.0.1:8080', proxy);
      return `{\nadmin off\nauto_https off\ndefault_bind 127.0.0.1\n}\n${sites}`;
    },
  },
};

/** The proxies that can be run here. A missing Caddy is logged, once for each caller. */
export async function availableFrontProxies(): Promise<FrontProxyProgram[]> {
  try {
    await ensureCaddyBinary();
    return ['nginx', 'caddy'];
  } catch (error) {
    process.stderr.write(`Tests with Caddy are SKIPPED: ${error instanceof Error ? error.message : String(error)}\n`);
    return ['nginx'];
  }
}

/** Rejects with its last lines when it does not start, and with the remedy when the program cannot be had. */
export async function startFrontProxy({
  program,
  target,
  changesHost = false,
}: FrontProxyOptions): Promise<FrontProxy> {
  const recipe = RECIPES[program];
  const executable = await recipe.ensureBinary();
  const [hostPort, pathPort] = [await findFreePort(), await findFreePort()];
  const folder = await makeRunFolder('front-proxy');
  // Under root, nginx's workers run as another user, which must be able to enter.
  await chmod(folder, 0o711);
  const text = await readFile(path.join(checkoutRoot, 'infra/proxies', recipe.file), 'utf8');
  const { host } = new URL(target);
  await writeFile(
    path.join(folder, recipe.file),
    recipe.adapt(text, { hostPort, pathPort, target: host, changesHost }),
  );
  await mkdir(path.join(folder, 'home'));
  const server = await spawnManaged({
    name: `front-${program}`,
    command: executable.command,
    args: recipe.args(folder),
    env: { ...plainEnvironment(executable.env), HOME: path.join(folder, 'home') },
    stopSignal: 'SIGTERM',
    temporaryFolder: folder,
  });
  const stop = async (): Promise<void> => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
  const deadline = performance.now() + DEADLINE_MS;
  while ((await isPortFree(hostPort)) || (await isPortFree(pathPort))) {
    if (!server.isRunning() || performance.now() > deadline) {
      await stop();
      throw new Error(`${program} did not start. Its last lines:\n${server.recentLines().join('\n')}`);
    }
    await delay(POLL_MS);
  }
  return { hostUrl: `http://127.0.0.1:${hostPort}`, pathUrl: `http://127.0.0.1:${pathPort}/nearby`, stop };
}
