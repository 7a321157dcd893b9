import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from '@jest/globals';
import { waitFor } from '../test-support/wait-for.ts';
import { listNginxWorkers } from './list-nginx-workers.ts';

it('a worker that still has the title of its master is not overlooked: it will accept connections', async () => {
  // A shell and its child stand for a master and a worker that has only just been forked.
  const master = spawn('sh', ['-c', 'sleep 60 & echo $!; wait'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [line] = (await once(master.stdout, 'data')) as [Buffer];
  const worker = Number(line.toString());
  try {
    const workers = await waitFor('the worker', async () => {
      const found = await listNginxWorkers(master.pid ?? 0);
      return found.length > 0 && found;
    });
    expect(workers).toEqual([{ pid: worker, isRetiring: false }]);
  } finally {
    process.kill(worker);
    await once(master, 'exit');
  }
});
