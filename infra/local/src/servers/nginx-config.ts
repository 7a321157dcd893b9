/** Writes the files that the root nginx.conf includes, for this machine. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, copyFile, cp, mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { plainEnvironment } from '../binaries/executable.ts';
import { checkoutRoot } from '../machine/local-folder.ts';
import { createPrivateFile } from './rotate-log.ts';

const runCommand = promisify(execFile);

export interface UpstreamServer {
  readonly host: string;
  readonly port: number;
  /**
   * Gets no requests but keeps its position. `ip_hash` maps clients to positions: removing one would also move the polling
   * sessions of all others.
   */
  readonly down?: boolean;
}

export interface Upstreams {
  readonly gateways: readonly UpstreamServer[];
  readonly friendGraphs: readonly UpstreamServer[];
  /** Default: none. */
  readonly ingests?: readonly UpstreamServer[];
}

interface NginxFolderOptions extends Upstreams {
  /** Addresses to listen on, each with the port. */
  readonly hosts: readonly string[];
  readonly port: number;
  /** Addresses or networks whose X-Forwarded-For is trusted. */
  readonly trustedProxies: readonly string[];
  /** The folder of the built page. */
  readonly page: string;
  /** The settings of the page's sign-in: OIDC_ISSUER and those beside it. */
  readonly signIn: Readonly<Record<string, string | undefined>>;
}

/** What a build makes of the page. */
export const REAL_PAGE = path.join(checkoutRoot, 'packages/web/dist');

export const ACCESS_LOG = 'access.log';

// No gateway is marked as failed: one that drains refuses at once, and nginx passes the request on to the next. In a rolling
// restart one replica drains while nginx would still avoid the previous one, and none would be left. Probes do mark it, and
// while all are marked nginx uses the other list.
const NEVER_MARKED = 'max_fails=0';
const MARKED_FOR_3_SECONDS = 'max_fails=1 fail_timeout=3s';

/** Writes everything nginx needs into `folder`, where it then runs with `-p folder -c nginx.conf`. */
export async function writeNginxFolder(folder: string, options: NginxFolderOptions): Promise<void> {
  // Under root, nginx's workers run as another user, which must be able to enter.
  await chmod(folder, 0o711);
  await mkdir(path.join(folder, 'temp'), { recursive: true, mode: 0o711 });
  await copyFile(path.join(checkoutRoot, 'nginx.conf'), path.join(folder, 'nginx.conf'));
  // A copy, for the same reason; and a later build does not change what this nginx serves.
  if (existsSync(options.page)) await copyReadable(options.page, path.join(folder, 'page'));
  const files = {
    'process.conf': 'pid nginx.pid;\n',
    'files.conf': renderFiles(),
    'listen.conf': renderListen(options.hosts, options.port),
    'page.conf': `root page;\nset $map_sources "";\n${await renderSignIn(options.signIn)}`,
    'trusted-proxies.conf': renderTrustedProxies(options.trustedProxies),
  };
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(path.join(folder, name), text)));
  await createPrivateFile(path.join(folder, ACCESS_LOG));
  await writeUpstreams(folder, options);
}

async function copyReadable(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true });
  await chmod(to, 0o755);
  for (const entry of await readdir(to, { recursive: true, withFileTypes: true })) {
    await chmod(path.join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o644);
  }
}

/** Writes only the list of replicas; nginx reads it at the next reload. */
export async function writeUpstreams(folder: string, upstreams: Upstreams): Promise<void> {
  const { gateways, friendGraphs, ingests = [] } = upstreams;
  await writeFile(path.join(folder, 'gateway-servers.conf'), renderServers(gateways, NEVER_MARKED));
  await writeFile(path.join(folder, 'gateway-probe-servers.conf'), renderServers(gateways, MARKED_FOR_3_SECONDS));
  await writeFile(path.join(folder, 'friend-graph-servers.conf'), renderWithBackups(friendGraphs));
  await writeFile(path.join(folder, 'ingest-servers.conf'), renderWithBackups(ingests));
}

function renderFiles(): string {
  // A file: nginx cannot open /dev/stdout when it is the socket that Node gives a child.
  const lines = [`access_log ${ACCESS_LOG} nearby if=$is_worth_logging;`];
  for (const kind of ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'])
    lines.push(`${kind}_temp_path temp/${kind};`);
  return `${lines.join('\n')}\n`;
}

/** By the same program as in containers. Rejects with its sentence when a setting is invalid. */
async function renderSignIn(settings: NginxFolderOptions['signIn']): Promise<string> {
  const program = path.join(checkoutRoot, 'infra/nginx/compose/print-sign-in');
  return (await runCommand('sh', [program], { env: plainEnvironment(settings) })).stdout;
}

function renderListen(hosts: readonly string[], port: number): string {
  const lines = hosts.map((host) => `listen ${inUrl(host)}:${port} default_server backlog=4096;`);
  return `${lines.join('\n')}\n`;
}

function renderTrustedProxies(networks: readonly string[]): string {
  if (networks.length === 0) return '# Clients connect directly: no proxy is trusted.\n';
  const lines = networks.map((network) => `set_real_ip_from ${network};`);
  return `${lines.join('\n')}\nreal_ip_header X-Forwarded-For;\nreal_ip_recursive on;\n`;
}

function renderServers(servers: readonly UpstreamServer[], failurePolicy: string): string {
  // nginx refuses an upstream without servers, and a stack may have none for a while.
  if (servers.length === 0) return 'server 127.0.0.1:1 down;\n';
  const lines = servers.map(
    ({ host, port, down }) => `server ${inUrl(host)}:${port} ${failurePolicy}${down ? ' down' : ''};`,
  );
  return `${lines.join('\n')}\n`;
}

/** While all are marked, each is tried again. */
function renderWithBackups(servers: readonly UpstreamServer[]): string {
  const marked = renderServers(servers, MARKED_FOR_3_SECONDS);
  return servers.length === 0 ? marked : `${marked}${renderServers(servers, `${NEVER_MARKED} backup`)}`;
}

/** An IPv6 address in brackets, anything else as it is. */
export function inUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
