/** Sends requests with an unnormalised path, and upgrades; `fetch` supports neither. */
import { type IncomingHttpHeaders, request } from 'node:http';
import type { Duplex } from 'node:stream';

interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface RequestOptions {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** The path is sent byte for byte, not normalised. */
export async function send(
  base: string,
  path: string,
  { method = 'GET', headers = {}, body }: RequestOptions = {},
): Promise<Reply> {
  const { hostname, port } = new URL(base);
  return await new Promise((resolve, reject) => {
    const outgoing = request({ host: hostname, port, path, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('end', () => {
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        });
      });
    });
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}

/** Opens a WebSocket-like connection; returns it with its first line, or the status of a refusal. */
export async function upgrade(
  base: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; firstLine: string; socket: Duplex | undefined }> {
  const { hostname, port } = new URL(base);
  return await new Promise((resolve, reject) => {
    const outgoing = request({
      host: hostname,
      port,
      path,
      agent: false,
      headers: { ...headers, connection: 'Upgrade', upgrade: 'websocket' },
    });
    outgoing.once('upgrade', (_, socket, head) => {
      let text = head.toString();
      const finish = (): void => {
        if (!text.includes('\n')) return;
        resolve({ status: 101, firstLine: text.split('\n')[0] ?? '', socket });
      };
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        finish();
      });
      socket.on('error', () => socket.destroy());
      finish();
    });
    outgoing.once('response', (response) => {
      response.resume();
      resolve({ status: response.statusCode ?? 0, firstLine: '', socket: undefined });
    });
    outgoing.once('error', reject);
    outgoing.end();
  });
}
