/** Lists the workers of a running nginx, the only way to observe that a reload has taken effect. */
import { listProcesses } from '../machine/list-processes.ts';

interface NginxWorker {
  readonly pid: number;
  /** Accepts no new connections and waits for its sockets to end. */
  readonly isRetiring: boolean;
}

/**
 * The worker processes of that master: all its children, since one that has just been forked still has the master's title
 * and accepts connections a moment later.
 */
export async function listNginxWorkers(masterPid: number): Promise<NginxWorker[]> {
  return (await listProcesses())
    .filter(({ parent }) => parent === masterPid)
    .map(({ pid, title }) => ({ pid, isRetiring: title.includes('shutting down') }));
}
