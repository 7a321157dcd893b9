/** Takes position reports from a client's WebSocket before they become events of three layers (decision 10). */
import type { Socket as TcpSocket } from 'node:net';
import { type Ack, LOCATION_UPDATE } from '@nearby-friends/protocol';
import { isPongFrame, PONG, readReportFrame } from '../../wire/position-frame.ts';
import { type ReadHandle, readHandleOf } from './tcp-handle.ts';

/** What is used of Engine.IO's connection. `write` is documented; the rest is looked at before it is used. */
export interface ReadConnection {
  readonly readyState: string;
  readonly transport: { readonly name: string; readonly socket?: unknown; onData?: unknown };
  write(packet: string): unknown;
  once(event: 'upgrade', run: () => void): unknown;
}

/** Takes an event and its arguments, the last of which may be the function that answers it. */
export type EventReceiver = (event: string, args: readonly unknown[]) => void;

/** What reads frames in ws: a stream to which everything that arrives is written. */
interface FrameReader {
  /** 0: at a frame's beginning. */
  readonly _state: number;
  readonly _bufferedBytes: number;
  /** Above 0 between two parts of one message. */
  readonly _fragmented: number;
  /** Of the last frame. */
  readonly _opcode: number;
  /** Of the frame that is being read, and a part of what arrived with it. */
  _mask?: unknown;
}

interface WebSocketOfTransport {
  readonly readyState: number;
}

/** All that stands between a client's bytes and its events. */
interface Line {
  readonly webSocket: WebSocketOfTransport;
  readonly reader: FrameReader;
  readonly tcp: TcpSocket;
  readonly handle: ReadHandle;
}

const OPEN = 1;
const AT_A_FRAME = 0;
const OPCODE_CLOSE = 8;

/**
 * From now on `receive` gets the reports of this connection straight from the bytes: exactly what Socket.IO would have
 * made of them, some turns earlier; and Engine.IO the answers to its pings. Everything else goes the way it went, and so does
 * everything when Node or ws are not as they were, and once the returned function has been called.
 */
export function readFastFrames(connection: ReadConnection, receive: EventReceiver): () => void {
  const line = findLine(connection);
  if (line !== null) return takeFrom(line, connection, receive);
  let isStopped = false;
  let stop = () => {
    isStopped = true;
  };
  if (connection.transport.name !== 'websocket') {
    connection.once('upgrade', () => {
      if (!isStopped) stop = readFastFrames(connection, receive);
    });
  }
  return () => stop();
}

/** Stands before Node's stream, since that, with the events of stream, ws and Engine.IO, costs more than the report. */
function takeFrom(line: Line, connection: ReadConnection, receive: EventReceiver): () => void {
  const { handle, reader } = line;
  const { onread } = handle;
  // The first frame, with the token, would hang on it until ws reads another one.
  if ('_mask' in reader && isAtAFrame(line)) reader._mask = undefined;
  handle.onread = function (bytes) {
    // Without bytes it is the end, or a failure.
    if (bytes === undefined || !isAtAFrame(line) || !take(Buffer.from(bytes), connection, receive)) {
      onread.call(this, bytes);
    }
  };
  return () => {
    handle.onread = onread;
  };
}

/** Whether `bytes` were exactly one frame of those that are taken here. */
function take(bytes: Buffer, connection: ReadConnection, receive: EventReceiver): boolean {
  if (isPongFrame(bytes)) {
    const { transport } = connection;
    if (typeof transport.onData !== 'function') return false;
    transport.onData(PONG);
    return true;
  }
  const report = readReportFrame(bytes);
  if (report === null) return false;
  const { payload, ackId } = report;
  receive(LOCATION_UPDATE, ackId === null ? [payload] : [payload, acknowledge(connection, ackId)]);
  return true;
}

/** A packet of Socket.IO that answers an event of the default namespace. */
function acknowledge(connection: ReadConnection, ackId: number): (answer: Ack) => void {
  return (answer) => {
    if (connection.readyState === 'open') connection.write(`3${ackId}${JSON.stringify([answer])}`);
  };
}

/** Whether what arrives now is a frame's beginning, and the next that anybody is to see. */
function isAtAFrame({ webSocket, reader, tcp }: Line): boolean {
  return (
    tcp.readableFlowing === true &&
    webSocket.readyState === OPEN &&
    reader._bufferedBytes === 0 &&
    reader._state === AT_A_FRAME &&
    reader._fragmented === 0 &&
    reader._opcode !== OPCODE_CLOSE
  );
}

function findLine({ transport }: ReadConnection): Line | null {
  const { name, socket: webSocket } = transport;
  if (name !== 'websocket' || !hasField(webSocket, '_receiver') || !hasField(webSocket, '_socket')) return null;
  // With an extension a frame may look different.
  if (!hasField(webSocket, 'extensions') || webSocket.extensions !== '') return null;
  if (!hasField(webSocket, 'readyState') || typeof webSocket.readyState !== 'number') return null;
  const { _receiver: reader, _socket: tcp } = webSocket;
  const handle = readHandleOf(tcp);
  if (handle === null || !isFrameReader(reader)) return null;
  return { webSocket: webSocket as unknown as WebSocketOfTransport, reader, tcp: tcp as TcpSocket, handle };
}

function isFrameReader(reader: unknown): reader is FrameReader {
  const numbers = ['_state', '_bufferedBytes', '_fragmented', '_opcode'] as const;
  return numbers.every((name) => hasField(reader, name) && typeof reader[name] === 'number');
}

function hasField<N extends string>(value: unknown, name: N): value is Record<N, unknown> {
  return typeof value === 'object' && value !== null && name in value;
}
