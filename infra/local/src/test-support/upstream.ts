/** A small HTTP server behind nginx, for tests: responds with its name and the request, or with a chosen status. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

export interface UpstreamResponse {
  readonly replica: string;
  readonly url: string;
  readonly headers: Record<string, string>;
}

export interface TestUpstream {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** `METHOD url` of everything that reached it. */
  readonly requests: string[];
  /** The headers of nginx's probes. */
  readonly probes: IncomingHttpHeaders[];
  /** The status of all later responses; 200 by default. */
  status: number;
  /**
   * `hangs`: accepts everything and responds to nothing, as a stopped process. `resets`: responds to a probe, and to a call it
   * closes instead. `leaves`: responds to a probe and listens no more.
   */
  behaviour: 'responds' | 'hangs' | 'resets' | 'leaves';
  /** How long it takes to respond. */
  delayMs: number;
  /** Upgraded connections, open until closed. */
  readonly sockets: Set<Duplex>;
  close(): Promise<void>;
}

/** As friend-graph names its routes. */
function routeOf(url = ''): string {
  return url.startsWith('/api/v1/friends/') ? '/api/v1/friends/{id}' : '';
}

export async function startUpstream(name: string): Promise<TestUpstream> {
  const sockets = new Set<Duplex>();
  const requests: string[] = [];
  const probes: IncomingHttpHeaders[] = [];
  const record = (request: IncomingMessage): string => {
    requests.push(`${request.method} ${request.url}`);
    return JSON.stringify({ replica: name, url: request.url, headers: request.headers });
  };
  const server = createServer((request, response) => {
    // nginx asks whether this replica responds.
    const isProbe = request.url === '/probe';
    if (isProbe) probes.push(request.headers);
    const body = isProbe ? '' : record(request);
    if (upstream.behaviour === 'hangs') return;
    if (upstream.behaviour === 'leaves') server.close();
    if (upstream.behaviour === 'resets' && !isProbe) {
      request.resume().once('end', () => request.socket.destroy());
      return;
    }
    // Read to its end, as every real server does before it responds.
    request.resume().once('end', () => {
      const headers = {
        'content-type': 'application/json',
        'x-powered-by': 'a test',
        'x-route': routeOf(request.url),
        'strict-transport-security': 'max-age=1',
      };
      // A gateway has nothing at the path of the probe, and refuses it like everything else while it drains.
      const status = isProbe && upstream.status !== 503 ? 404 : upstream.status;
      setTimeout(() => response.writeHead(status, headers).end(body), isProbe ? 0 : upstream.delayMs);
    });
  });
  server.on('upgrade', (request, socket: Duplex) => {
    const body = record(request);
    if (upstream.behaviour === 'hangs') return;
    if (upstream.status !== 200) {
      socket.end(`HTTP/1.1 ${upstream.status} No\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.once('error', () => socket.destroy());
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n${body}\n`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const upstream: TestUpstream = {
    name,
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    requests,
    probes,
    status: 200,
    behaviour: 'responds',
    delayMs: 0,
    sockets,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return upstream;
}
