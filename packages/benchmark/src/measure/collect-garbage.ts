/** Makes a Node process collect its garbage, so that its memory can be compared. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceProcess } from '@nearby-friends/local-stack';
import { WebSocket } from 'ws';

/** The process must have been started with this in NODE_OPTIONS: its inspector then listens on a free port. */
export const INSPECTABLE = '--inspect-port=127.0.0.1:0';

const LISTENING = /Debugger listening on (ws:\/\/\S+)/;
const POLL_MS = 20;
const DEADLINE_MS = 5_000;

/** Collects twice: what the first leaves to be finalized is gone after the second. Rejects when there is no inspector. */
export async function collectGarbage(service: ServiceProcess): Promise<void> {
  const url = addressIn(service.logs) ?? (await openInspector(service));
  const socket = new WebSocket(url, { perMessageDeflate: false });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.on('open', () => {
      for (const id of [1, 2]) socket.send(JSON.stringify({ id, method: 'HeapProfiler.collectGarbage' }));
    });
    socket.on('message', (data) => {
      if ((JSON.parse(String(data)) as { id?: number }).id === 2) resolve();
    });
  }).finally(() => socket.close());
}

async function openInspector(service: ServiceProcess): Promise<string> {
  process.kill(service.pid, 'SIGUSR1');
  for (let waited = 0; waited < DEADLINE_MS; waited += POLL_MS) {
    const url = addressIn(service.logs);
    if (url !== undefined) return url;
    await delay(POLL_MS);
  }
  throw new Error(`${service.name} opened no inspector`);
}

function addressIn(lines: readonly string[]): string | undefined {
  return lines.map((line) => LISTENING.exec(line)?.[1]).findLast((url) => url !== undefined);
}
