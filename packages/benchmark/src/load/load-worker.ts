/** The program of one load process: does what the benchmark tells it over the IPC channel, and ends with it. */
import { ClientCrowd } from './client-crowd.ts';
import type { WorkerAnswer, WorkerCommand } from './worker-messages.ts';

let crowd: ClientCrowd | undefined;

function theCrowd(): ClientCrowd {
  if (crowd === undefined) throw new Error('nothing has been set up');
  return crowd;
}

async function obey(command: WorkerCommand): Promise<unknown> {
  switch (command.kind) {
    case 'setup':
      crowd = new ClientCrowd(command);
      return null;
    case 'connect':
      return await theCrowd().connect();
    case 'run':
      return await theCrowd().run(command.plan);
    case 'return to':
      return theCrowd().returnTo(command.ports);
    case 'pause':
      return theCrowd().pause(command.users);
    case 'leave':
      return theCrowd().leave(command.users);
    case 'churn':
      return theCrowd().churn(command.plan);
    case 'last reports':
      return theCrowd().lastReports(command.users);
    case 'resume':
      return await theCrowd().resume(command.users, command.newest);
    case 'status':
      return theCrowd().status();
  }
}

function answer(message: WorkerAnswer): void {
  // Who asked may have gone meanwhile.
  if (process.connected) process.send?.(message);
}

process.on('message', ({ id, command }: { id: number; command: WorkerCommand }) => {
  obey(command).then(
    (result) => answer({ id, ok: true, result: result ?? null }),
    (error: unknown) => answer({ id, ok: false, reason: error instanceof Error ? error.message : String(error) }),
  );
});
// Ctrl-C reaches the whole group; the benchmark then ends its processes in its own order.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit(0));
