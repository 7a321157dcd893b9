/** Sessions without a network: what would be sent is kept, and the test says whether the client reads. */
import { CONNECTION_CLOSING, parseUserId, type ServerToClientEvents, type UserId } from '@nearby-friends/protocol';
import { Metrics } from '@nearby-friends/service-kit';
import { createGatewayMetrics, type GatewayMetrics } from '../metrics/gateway-metrics.ts';
import type { ListMessage } from '../viewer/list-message.ts';
import { Session } from '../viewer/session.ts';
import type { EventReceiver, Transport } from '../viewer/transport.ts';

export type Frame = {
  [E in keyof ServerToClientEvents]: { event: E; message: Parameters<ServerToClientEvents[E]>[0] };
}[keyof ServerToClientEvents];

export class TestTransport implements Transport {
  readonly path = 'plain';
  writable = true;
  /** Whether the next list message is to take a ping along. */
  pingDue = false;
  pings = 0;
  frames: Frame[] = [];
  disconnects = 0;
  cutOffs = 0;
  /** As the socket server does it: a connection that ends takes its session with it. */
  onDisconnect: () => void = () => undefined;

  /** The test passes events by itself. */
  receive(_receive: EventReceiver): () => void {
    return () => undefined;
  }

  isWritable(): boolean {
    return this.writable;
  }

  isReadyForList(): boolean {
    return this.writable;
  }

  prefetch(): number {
    return 0;
  }

  isPingDue(): boolean {
    return this.pingDue;
  }

  send<E extends keyof ServerToClientEvents>(event: E, message: Parameters<ServerToClientEvents[E]>[0]): void {
    // Only the last message of a connection is sent in any case.
    if (!this.writable && event !== CONNECTION_CLOSING)
      throw new Error('something was sent to a client that does not read');
    // By way of JSON, as a client gets it: nothing that is changed later changes what was sent.
    this.frames.push(JSON.parse(JSON.stringify({ event, message })) as Frame);
  }

  sendList(message: ListMessage): boolean {
    const [event, list] = JSON.parse(message.toPacket().slice(1)) as [Frame['event'], Frame['message']];
    this.send(event, list);
    if (message.hasPing) this.pings++;
    return true;
  }

  cutOff(): void {
    this.cutOffs++;
    this.onDisconnect();
  }

  disconnect(): void {
    this.disconnects++;
    this.onDisconnect();
  }

  /** What was sent since the last call. */
  takeFrames(): Frame[] {
    const taken = this.frames;
    this.frames = [];
    return taken;
  }
}

let sessionsMade = 0;

export function testSession(
  options: {
    user?: UserId;
    device?: string;
    measuresDistances?: boolean;
    tokenExpiresAt?: number;
    tokenIssuedAt?: number | null;
    transport?: TestTransport;
  } = {},
): { session: Session; transport: TestTransport } {
  const transport = options.transport ?? new TestTransport();
  const session = new Session({
    id: `session-${++sessionsMade}`,
    user: options.user ?? parseUserId('viewer'),
    device: options.device ?? 'device-1',
    transport,
    measuresDistances: options.measuresDistances ?? false,
    tokenExpiresAt: options.tokenExpiresAt ?? Number.POSITIVE_INFINITY,
    tokenIssuedAt: options.tokenIssuedAt ?? null,
  });
  transport.onDisconnect = () => session.close();
  return { session, transport };
}

export function testMetrics(): { metrics: GatewayMetrics; metric: (name: string) => Promise<number> } {
  const registry = new Metrics();
  return {
    metrics: createGatewayMetrics(registry),
    /** The sum over all labels; a histogram's number of observations. */
    async metric(name) {
      const text = await registry.registry.getSingleMetricAsString(name);
      const samples = text.split('\n').filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
      const counts = text.split('\n').filter((line) => line.startsWith(`${name}_count`));
      return [...samples, ...counts].reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
    },
  };
}
