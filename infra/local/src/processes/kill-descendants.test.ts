import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from '@jest/globals';
import { identifyProcess } from '../machine/process-identity.ts';
import { killDescendants } from './kill-descendants.ts';

it('reaches children of children in groups of their own, and leaves the ancestor alone', async () => {
  const script = 'setsid sh -c "sleep 60 & echo \\$!; wait" & echo $!; wait; read line';
  const ancestor = spawn('sh', ['-c', script], { stdio: ['pipe', 'pipe', 'ignore'] });
  let output = '';
  ancestor.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  while (output.trim().split('\n').length < 2) await once(ancestor.stdout, 'data');
  const pids = output.trim().split('\n').map(Number);
  try {
    await killDescendants(ancestor.pid);
    for (const pid of pids) expect(await identifyProcess(pid)).toBeUndefined();
    expect(await identifyProcess(ancestor.pid ?? 0)).toBeDefined();
  } finally {
    ancestor.kill('SIGKILL');
    await killDescendants(ancestor.pid);
  }
});
