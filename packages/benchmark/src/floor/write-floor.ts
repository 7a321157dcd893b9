/** The same as write-floor.c through Node: what a plain `socket.write` costs at a fixed rate. Arguments as there. */
import { connect, type Socket } from 'node:net';

const [port = 0, sockets = 0, bytes = 0, rate = 0, duration = 0] = process.argv.slice(2).map(Number);

function open(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true }, () => resolve(socket));
    socket.once('error', reject);
  });
}

const connections: Socket[] = [];
for (let i = 0; i < sockets; i += 1) connections.push(await open());
const frame = Buffer.alloc(bytes, 'x');
const began = performance.now();
const before = process.cpuUsage();
let done = 0;
let random = 1;

function writeDue(): void {
  const seconds = (performance.now() - began) / 1_000;
  for (; done < rate * Math.min(seconds, duration); done += 1) {
    random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
    connections[(random >>> 8) % sockets]?.write(frame);
  }
  if (seconds < duration) {
    setTimeout(writeDue, 1);
    return;
  }
  const { user, system } = process.cpuUsage(before);
  process.stdout.write(`${JSON.stringify({ writes: done, cpuSeconds: (user + system) / 1e6 })}\n`, () =>
    process.exit(0),
  );
}

writeDue();
