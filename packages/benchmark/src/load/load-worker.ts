/** The program of one load process: calls its crowd's methods as the IPC channel says, and ends with the channel. */
import { ClientCrowd } from './client-crowd.ts';
import type { WorkerResponse } from './worker-messages.ts';
import type { WorkerCall } from './worker-process.ts';

let crowd: ClientCrowd | undefined;

async function execute(call: WorkerCall): Promise<unknown> {
  if (call.method === 'setup') {
    crowd = new ClientCrowd(call.args[0]);
    return null;
  }
  if (crowd === undefined) throw new Error('nothing has been set up');
  return await Reflect.apply(crowd[call.method], crowd, call.args);
}

function respond(message: WorkerResponse): void {
  // The benchmark may have ended meanwhile.
  if (process.connected) process.send?.(message);
}

process.on('message', (call: WorkerCall) => {
  const { id } = call;
  execute(call).then(
    (result) => respond({ id, ok: true, result: result ?? null }),
    (error: unknown) => respond({ id, ok: false, reason: error instanceof Error ? error.message : String(error) }),
  );
});
// Ctrl-C reaches the whole group; the benchmark then ends its processes in its own order.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit(0));
