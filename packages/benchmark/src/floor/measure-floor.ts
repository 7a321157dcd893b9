/** Measures what no build that writes once per delivery can be below: one bare `write` each. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const NODE_PROGRAM = fileURLToPath(new URL('../../dist/floor/write-floor.js', import.meta.url));
const C_PROGRAM = fileURLToPath(new URL('../../src/floor/write-floor.c', import.meta.url));

interface FloorLoad {
  readonly sockets: number;
  readonly writesPerSecond: number;
  /** Of one write. */
  readonly bytes: number;
  readonly seconds: number;
}

interface Floor {
  /** Microseconds of CPU per write through Node. */
  readonly node: number;
  /** From C; null where there is no compiler. */
  readonly c: number | null;
}

/** Starts a reader in this process and both writers, one after the other. */
export async function measureFloor(load: FloorLoad): Promise<Floor> {
  const readers = new Set<Socket>();
  const server = createServer((socket) => {
    readers.add(socket);
    // A writer that ends cuts its connections.
    socket.on('error', () => undefined).on('close', () => readers.delete(socket));
    socket.resume();
  });
  await new Promise<void>((resolve) => {
    server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const args = [port, load.sockets, load.bytes, load.writesPerSecond, load.seconds].map(String);
  try {
    const node = await microsPerWrite(process.execPath, [NODE_PROGRAM, ...args]);
    return { node, c: await fromC(args) };
  } finally {
    for (const reader of readers) reader.destroy();
    server.close();
  }
}

async function fromC(args: readonly string[]): Promise<number | null> {
  const folder = await mkdtemp(path.join(tmpdir(), 'nearby-floor-'));
  const program = path.join(folder, 'write-floor');
  try {
    const compiled = await run('cc', ['-O2', '-o', program, C_PROGRAM]).then(
      () => true,
      () => false,
    );
    return compiled ? await microsPerWrite(program, args) : null;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function microsPerWrite(program: string, args: readonly string[]): Promise<number> {
  const { stdout } = await run(program, [...args]);
  const { writes, cpuSeconds } = JSON.parse(stdout) as { writes: number; cpuSeconds: number };
  return (cpuSeconds * 1e6) / writes;
}
