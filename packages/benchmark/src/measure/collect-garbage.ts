/** Makes a Node process collect its garbage, so that its memory can be compared, and reads what is left. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceHandle } from '@nearby-friends/local-stack';
import { WebSocket } from 'ws';

/** The process must have been started with this in NODE_OPTIONS: its inspector then listens on a free port. */
export const INSPECTABLE = '--inspect-port=127.0.0.1:0';

const LISTENING = /Debugger listening on (ws:\/\/\S+)/;
const POLL_MS = 20;
const DEADLINE_MS = 5_000;

/** Ids of the requests to the inspector; responses come in their order. */
const COLLECT_AGAIN = 2;
const READ_MEMORY = 3;
/** The values of its heap, and the buffers outside. */
const USED_BYTES = '(({ heapUsed, external }) => heapUsed + external)(process.memoryUsage())';

interface InspectorResponse {
  readonly id?: number;
  readonly result?: { readonly result?: { readonly value?: unknown } };
}

/**
 * Collects twice: what the first leaves to be finalized is gone after the second. Resolves to the bytes that JavaScript
 * still uses, buffers included. Rejects when there is no inspector.
 */
export async function collectGarbage(service: ServiceHandle): Promise<number> {
  const url = addressIn(service.logs) ?? (await openInspector(service));
  const socket = new WebSocket(url, { perMessageDeflate: false });
  return await new Promise<number>((resolve, reject) => {
    const send = (id: number, method: string, params = {}): void => socket.send(JSON.stringify({ id, method, params }));
    socket.once('error', reject);
    socket.once('close', () => reject(new Error(`the inspector of ${service.name} closed the connection`)));
    socket.on('open', () => {
      for (const id of [1, COLLECT_AGAIN]) send(id, 'HeapProfiler.collectGarbage');
      send(READ_MEMORY, 'Runtime.evaluate', { expression: USED_BYTES, returnByValue: true });
    });
    socket.on('message', (data) => {
      const { id, result } = JSON.parse(String(data)) as InspectorResponse;
      if (id === READ_MEMORY) resolve(Number(result?.result?.value));
    });
  }).finally(() => socket.close());
}

async function openInspector(service: ServiceHandle): Promise<string> {
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
