/** Asks which Redis server serves on a port, without a client library. */
import { connect } from 'node:net';

const ANSWER_DEADLINE_MS = 1_000;

/**
 * The pid of the server; `protected` when it wants a password first; `silent` while nothing listens, it still loads its
 * data, or it does not answer for a second.
 */
export async function fetchRedisPid(port: number, host = '127.0.0.1'): Promise<number | 'protected' | 'silent'> {
  return await new Promise((resolve) => {
    const socket = connect({ port, host });
    let text = '';
    const finish = (answer: number | 'protected' | 'silent'): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(ANSWER_DEADLINE_MS, () => finish('silent'));
    socket.once('error', () => finish('silent'));
    socket.once('close', () => finish('silent'));
    socket.once('connect', () => socket.write('INFO server\r\n'));
    socket.on('data', (data) => {
      text += data.toString('latin1');
      const pid = /process_id:(\d+)\r\n/.exec(text)?.[1];
      if (pid !== undefined) finish(Number(pid));
      else if (text.startsWith('-')) finish(text.startsWith('-NOAUTH') ? 'protected' : 'silent');
    });
  });
}
