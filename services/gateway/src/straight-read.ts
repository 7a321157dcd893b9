/** Takes position reports from a client's WebSocket before they become events of three layers (decision 10). */
import { type Ack, LOCATION_UPDATE } from '@nearby-friends/protocol';
import { readReportFrame } from './report-frame.ts';

/** What is used of Engine.IO's connection. `write` is documented; the rest is looked at before it is used. */
export interface ReadConnection {
  readonly readyState: string;
  readonly transport: { readonly name: string; readonly socket?: unknown };
  write(packet: string): unknown;
  once(event: 'upgrade', run: () => void): unknown;
}

/** Takes an event and its arguments, the last of which may be the function that answers it. */
export type EventReceiver = (event: string, args: readonly unknown[]) => void;

/** What reads frames in ws: a stream to which everything that arrives is written. */
interface FrameReader {
  write(bytes: Buffer): boolean;
  /** 0: at a frame's beginning. */
  readonly _state: number;
  readonly _bufferedBytes: number;
  /** Above 0 between two parts of one message. */
  readonly _fragmented: number;
  /** Of the last frame. */
  readonly _opcode: number;
}

const AT_A_FRAME = 0;
const OPCODE_CLOSE = 8;

/**
 * From now on `receive` gets the reports of this connection straight from the bytes: exactly what Socket.IO would have
 * made of them, a turn earlier. Everything else goes the way it went, and so does everything when ws is not as it was, and
 * once the returned function has been called.
 */
export function readStraight(connection: ReadConnection, receive: EventReceiver): () => void {
  const reader = findReader(connection);
  if (reader !== null) return replaceWrite(reader, connection, receive);
  let isStopped = false;
  let stop = () => {
    isStopped = true;
  };
  if (connection.transport.name !== 'websocket') {
    connection.once('upgrade', () => {
      if (!isStopped) stop = readStraight(connection, receive);
    });
  }
  return () => stop();
}

function replaceWrite(reader: FrameReader, connection: ReadConnection, receive: EventReceiver): () => void {
  const { write } = reader;
  reader.write = (bytes) => {
    const report = isAtAFrame(reader) ? readReportFrame(bytes) : null;
    if (report === null) return write.call(reader, bytes);
    const { payload, ackId } = report;
    receive(LOCATION_UPDATE, ackId === null ? [payload] : [payload, acknowledge(connection, ackId)]);
    // More may come at once.
    return true;
  };
  return () => {
    reader.write = write;
  };
}

/** A packet of Socket.IO that answers an event of the default namespace. */
function acknowledge(connection: ReadConnection, ackId: number): (answer: Ack) => void {
  return (answer) => {
    if (connection.readyState === 'open') connection.write(`3${ackId}${JSON.stringify([answer])}`);
  };
}

function isAtAFrame(reader: FrameReader): boolean {
  return (
    reader._bufferedBytes === 0 &&
    reader._state === AT_A_FRAME &&
    reader._fragmented === 0 &&
    reader._opcode !== OPCODE_CLOSE
  );
}

function findReader({ transport }: ReadConnection): FrameReader | null {
  const { name, socket } = transport;
  if (name !== 'websocket' || !hasField(socket, '_receiver') || !hasField(socket, 'extensions')) return null;
  const reader = socket._receiver;
  // With an extension a frame may look different.
  return socket.extensions === '' && isFrameReader(reader) ? reader : null;
}

function isFrameReader(reader: unknown): reader is FrameReader {
  const numbers = ['_state', '_bufferedBytes', '_fragmented', '_opcode'] as const;
  return (
    hasField(reader, 'write') &&
    typeof reader.write === 'function' &&
    numbers.every((name) => hasField(reader, name) && typeof reader[name] === 'number')
  );
}

function hasField<N extends string>(value: unknown, name: N): value is Record<N, unknown> {
  return typeof value === 'object' && value !== null && name in value;
}
