/** Reads the pid of the Redis server on a port, without a client library. */
import { connect } from 'node:net';

const RESPONSE_DEADLINE_MS = 1_000;

/**
 * The pid of the server; `protected` when it requires a password; `unavailable` while nothing listens, it still loads its
 * data, or it does not respond for a second.
 */
export async function fetchRedisPid(port: number, host = '127.0.0.1'): Promise<number | 'protected' | 'unavailable'> {
  return await new Promise((resolve) => {
    const socket = connect({ port, host });
    let text = '';
    const finish = (result: number | 'protected' | 'unavailable'): void => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(RESPONSE_DEADLINE_MS, () => finish('unavailable'));
    socket.once('error', () => finish('unavailable'));
    socket.once('close', () => finish('unavailable'));
    socket.once('connect', () => socket.write('INFO server\r\n'));
    socket.on('data', (data) => {
      text += data.toString('latin1');
      const pid = /process_id:(\d+)\r\n/.exec(text)?.[1];
      if (pid !== undefined) finish(Number(pid));
      else if (text.startsWith('-')) finish(text.startsWith('-NOAUTH') ? 'protected' : 'unavailable');
    });
  });
}
