/** Reads what the kernel holds for TCP connections: memory, and the bytes that wait in it. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

export interface TcpMemory {
  /** All TCP connections of this machine, both ends, bytes with the kernel's own overhead. */
  readonly machineBytes: number;
  /** The same of the connections with these ports alone; null where `ss` (iproute2) is missing. */
  readonly connectionBytes: number | null;
  /** Sent and not read yet, on connections with these ports: bytes of content alone. */
  readonly queuedBytes: number;
}

/** Of this machine's connections from or to one of these ports. */
export async function tcpMemory(ports: readonly number[]): Promise<TcpMemory> {
  const run = promisify(execFile);
  // A server that listens on IPv6 has its IPv4 connections in the second file, too.
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((file) => readFile(file, 'latin1').catch(() => '')),
  );
  const { stdout: pageBytes } = await run('getconf', ['PAGESIZE']);
  const filter = ports.map((port) => `sport = :${port} or dport = :${port}`).join(' or ');
  const listed = await run('ss', ['-tmnH', filter], { maxBuffer: 64 * 1024 * 1024 }).catch(() => null);
  return {
    machineBytes: parseSockstat(await readFile('/proc/net/sockstat', 'latin1')) * Number(pageBytes),
    connectionBytes: listed === null ? null : parseSkmem(listed.stdout),
    queuedBytes: tables.reduce((sum, table) => sum + parseQueues(table, new Set(ports)), 0),
  };
}

/** Pages, from the text of /proc/net/sockstat. */
export function parseSockstat(text: string): number {
  return Number(/^TCP:.* mem (\d+)/m.exec(text)?.[1] ?? 0);
}

/** Bytes, from the output of `ss -m`: received and unread, queued for sending, and set aside for more (ss(8)). */
export function parseSkmem(text: string): number {
  let sum = 0;
  for (const [, received, setAside, queued] of text.matchAll(/skmem:\(r(\d+),.*?,f(\d+),w(\d+),/g)) {
    sum += Number(received) + Number(setAside) + Number(queued);
  }
  return sum;
}

const ESTABLISHED = '01';

/** Bytes in both queues of the established connections with these ports, from the text of /proc/net/tcp. */
export function parseQueues(table: string, ports: ReadonlySet<number>): number {
  let sum = 0;
  for (const line of table.split('\n')) {
    const match = /^\s*\d+: \w+:(\w{4}) \w+:(\w{4}) (\w\w) (\w{8}):(\w{8})/.exec(line);
    if (match === null) continue;
    const [local, remote, state, sending, receiving] = match.slice(1).map((part) => Number.parseInt(part, 16));
    if (state !== Number.parseInt(ESTABLISHED, 16)) continue;
    if (ports.has(local ?? 0) || ports.has(remote ?? 0)) sum += (sending ?? 0) + (receiving ?? 0);
  }
  return sum;
}
