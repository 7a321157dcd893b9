/** The program of one load process: executes the benchmark's commands from the IPC channel, and ends with it. */
import { ClientCrowd } from './client-crowd.ts';
import type { WorkerCommand, WorkerResponse } from './worker-messages.ts';

let crowd: ClientCrowd | undefined;

function requireCrowd(): ClientCrowd {
  if (crowd === undefined) throw new Error('nothing has been set up');
  return crowd;
}

async function execute(command: WorkerCommand): Promise<unknown> {
  switch (command.kind) {
    case 'setup':
      crowd = new ClientCrowd(command);
      return null;
    case 'connect':
      return await requireCrowd().connect();
    case 'run':
      return await requireCrowd().run(command.plan);
    case 'return to':
      return requireCrowd().returnTo(command.ports);
    case 'pause':
      return requireCrowd().pause(command.users);
    case 'leave':
      return requireCrowd().leave(command.users);
    case 'churn':
      return requireCrowd().churn(command.plan);
    case 'last updates':
      return requireCrowd().lastUpdates(command.users);
    case 'resume':
      return await requireCrowd().resume(command.users, command.newest);
    case 'status':
      return requireCrowd().status();
  }
}

function respond(message: WorkerResponse): void {
  // The benchmark may have ended meanwhile.
  if (process.connected) process.send?.(message);
}

process.on('message', ({ id, command }: { id: number; command: WorkerCommand }) => {
  execute(command).then(
    (result) => respond({ id, ok: true, result: result ?? null }),
    (error: unknown) => respond({ id, ok: false, reason: error instanceof Error ? error.message : String(error) }),
  );
});
// Ctrl-C reaches the whole group; the benchmark then ends its processes in its own order.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit(0));
