/** One client of the load: a plain TCP socket that speaks just enough WebSocket, Engine.IO and Socket.IO. */
import { connect, type Socket } from 'node:net';
import { findPositions, holds, TIME_OFFSET, updateText, writeTime } from './position-codec.ts';
import { clientTextFrame, eachFrame, OPCODE_CLOSE, OPCODE_TEXT, textOffset } from './websocket-frames.ts';

/** Which side computes distances that change because the viewer itself moves, as the handshake states it. */
export type MeasuredBy = 'client' | 'server';

/** What all clients of a process share. */
interface ClientSurroundings {
  /** Milliseconds since the benchmark's beginning. */
  readonly now: () => number;
  /** A client shows `friend` where it was at `sentAtMs`. */
  readonly arrived: (viewer: number, friend: number, sentAtMs: number, nowMs: number) => void;
  /** The client has its first list, `tookMs` after it began to connect. */
  readonly live: (client: LoadClient, tookMs: number) => void;
  /** The connection has ended, and this side did not close it. */
  readonly lost: (client: LoadClient, reason: string) => void;
  readonly traffic: Traffic;
}

/** Counted over all clients of a process since its start. */
export interface Traffic {
  framesIn: number;
  bytesIn: number;
  updatesSent: number;
}

/**
 * States: closed → upgrading (HTTP) → greeting (Engine.IO, then Socket.IO with the token) → signing on (first position
 * sent) → live (has its list); closed again by {@link close} or by the other side.
 */
type State = 'closed' | 'upgrading' | 'greeting' | 'signing on' | 'live';

const HTTP_END = '\r\n\r\n';
const PONG = clientTextFrame('3');
/** Of a client that does not read: well below the gateway's ping timeout of 20 s. */
const PONG_WHILE_PAUSED_MS = 5_000;
/** Shared by all sockets: each read is dealt with before the next one begins. */
const READ_BUFFER = Buffer.allocUnsafe(256 * 1024);

const ENGINE_OPEN = 0x30; // 0
const ENGINE_PING = 0x32; // 2
const ENGINE_MESSAGE = 0x34; // 4
const SOCKET_CONNECT = 0x30; // 40
const SOCKET_EVENT = 0x32; // 42
const SOCKET_CONNECT_ERROR = 0x34; // 44
/** Where the name of an event begins: after `42["`. */
const NAME_OFFSET = 4;
/** What makes a client live: its first list, or the idiomatic build's event that all rooms are joined. */
const SIGN_ON_EVENTS = [Buffer.from('nearby:snapshot'), Buffer.from('rooms:joined')];

export class LoadClient {
  readonly user: number;
  state: State = 'closed';
  /** The time its last report stands for, ms since the benchmark's beginning; null: it never reported. */
  lastUpdateMs: number | null = null;
  readonly #surroundings: ClientSurroundings;
  readonly #hello: Buffer;
  readonly #report: Buffer;
  readonly #timeAt: number;
  #socket: Socket | null = null;
  /** The beginning of a frame whose end has not arrived. */
  #rest: Buffer | null = null;
  #connectingSince = 0;
  #pongs: NodeJS.Timeout | undefined;

  constructor(options: {
    user: number;
    token: string;
    lng: number;
    distances: MeasuredBy;
    surroundings: ClientSurroundings;
  }) {
    const { distances, token } = options;
    const text = updateText(options.lng);
    this.user = options.user;
    this.#surroundings = options.surroundings;
    this.#hello = clientTextFrame(`40${JSON.stringify({ token, distances })}`);
    this.#report = clientTextFrame(text);
    this.#timeAt = textOffset(text.length) + TIME_OFFSET;
  }

  /** Connects to the gateway on that port from an address of this machine's loopback network. */
  connect(port: number, localAddress: string): void {
    this.#connectingSince = this.#surroundings.now();
    this.#rest = null;
    this.state = 'upgrading';
    const socket = connect({
      host: '127.0.0.1',
      port,
      localAddress,
      noDelay: true,
      onread: {
        buffer: READ_BUFFER,
        callback: (bytes) => {
          this.#read(bytes);
          return true;
        },
      },
    });
    this.#socket = socket;
    let reason = 'closed by the gateway';
    socket.once('error', (error) => {
      reason = error.message;
    });
    socket.once('close', () => {
      if (this.#socket !== socket) return;
      this.#socket = null;
      this.state = 'closed';
      this.#surroundings.lost(this, reason);
    });
    socket.write(
      `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\n` +
        `Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: bmVhcmJ5LWZyaWVuZHMhIQ==${HTTP_END}`,
    );
  }

  /** Reports the position that stands for that time, ms since the benchmark's beginning; nothing while not live. */
  report(timeMs: number): void {
    if (this.state !== 'live') return;
    this.lastUpdateMs = timeMs;
    this.#send(timeMs);
  }

  /**
   * Stops reading; what is sent to it then fills the kernel's buffers. It still sends pongs, since a gateway
   * disconnects clients that do not: that bounds the cost of a dead phone, and the maximum is measured here.
   */
  pause(): void {
    this.#socket?.pause();
    this.#pongs = setInterval(() => this.#socket?.write(PONG), PONG_WHILE_PAUSED_MS);
  }

  resume(): void {
    clearInterval(this.#pongs);
    this.#socket?.resume();
  }

  /** Leaves without counting as lost. */
  close(): void {
    clearInterval(this.#pongs);
    const socket = this.#socket;
    this.#socket = null;
    this.state = 'closed';
    socket?.destroy();
  }

  #send(timeMs: number): void {
    const socket = this.#socket;
    if (socket === null) return;
    // What the kernel has not taken yet must not change under it.
    const frame = socket.writableLength === 0 ? this.#report : Buffer.from(this.#report);
    writeTime(frame, this.#timeAt, timeMs);
    socket.write(frame);
    this.#surroundings.traffic.updatesSent += 1;
  }

  #read(bytesRead: number): void {
    const { traffic } = this.#surroundings;
    traffic.bytesIn += bytesRead;
    let bytes: Buffer = READ_BUFFER;
    let to = bytesRead;
    if (this.#rest !== null) {
      bytes = Buffer.concat([this.#rest, READ_BUFFER.subarray(0, bytesRead)]);
      to = bytes.length;
      this.#rest = null;
    }
    const from = this.state === 'upgrading' ? this.#readUpgrade(bytes, to) : 0;
    const now = this.#surroundings.now();
    const end = eachFrame(bytes, from, to, (opcode, payload, begin, finish) => {
      traffic.framesIn += 1;
      if (opcode === OPCODE_TEXT) this.#take(payload, begin, finish, now);
      else if (opcode === OPCODE_CLOSE) this.#socket?.end();
    });
    if (end < to) this.#rest = Buffer.from(bytes.subarray(end, to));
  }

  /** Where the frames begin. */
  #readUpgrade(bytes: Buffer, to: number): number {
    const head = bytes.toString('latin1', 0, to);
    const end = head.indexOf(HTTP_END);
    if (end < 0) return 0;
    if (!head.startsWith('HTTP/1.1 101')) {
      this.#socket?.destroy(new Error(`the gateway responded ${head.slice(0, 30).split('\r\n')[0]}`));
      return to;
    }
    this.state = 'greeting';
    return end + HTTP_END.length;
  }

  #take(bytes: Uint8Array, from: number, to: number, now: number): void {
    switch (bytes[from]) {
      case ENGINE_OPEN:
        this.#socket?.write(this.#hello);
        return;
      case ENGINE_PING:
        this.#socket?.write(PONG);
        return;
      case ENGINE_MESSAGE:
        break;
      default:
        return;
    }
    switch (bytes[from + 1]) {
      case SOCKET_CONNECT:
        this.state = 'signing on';
        this.#send(Math.round(now));
        return;
      case SOCKET_CONNECT_ERROR:
        this.#socket?.destroy(new Error(`refused: ${Buffer.from(bytes.subarray(from + 2, to)).toString()}`));
        return;
      case SOCKET_EVENT:
        if (this.state === 'signing on' && SIGN_ON_EVENTS.some((name) => holds(bytes, from + NAME_OFFSET, name))) {
          this.state = 'live';
          this.#surroundings.live(this, now - this.#connectingSince);
        }
        findPositions(bytes, from, to, (friend, sentAtMs) => {
          this.#surroundings.arrived(this.user, friend, sentAtMs, now);
        });
        return;
      default:
    }
  }
}
