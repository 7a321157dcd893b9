/** Asks a Redis server whether it serves, without a client library. */
import { connect } from 'node:net';

const ANSWER_DEADLINE_MS = 1_000;

/** True once it answers PING; false while nothing listens, it still loads its data, or it does not answer for a second. */
export async function answersPing(port: number, host = '127.0.0.1'): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect({ port, host });
    const finish = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(ANSWER_DEADLINE_MS, () => finish(false));
    socket.once('error', () => finish(false));
    socket.once('connect', () => socket.write('PING\r\n'));
    // A server with a password answers -NOAUTH: it serves all the same.
    socket.once('data', (data) => finish(/^(\+PONG|-NOAUTH)/.test(data.toString('latin1'))));
  });
}
