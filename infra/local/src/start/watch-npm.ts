/** Notices the end of the npm that runs this process: npm passes on SIGINT and SIGTERM, but no other end of its own. */
import { listProcesses } from '../machine/list-processes.ts';
import { identifyProcess, isStillRunning, type ProcessIdentity } from '../machine/process-identity.ts';

const POLL_MS = 500;
/** npm runs a script in a shell, which may stay between the two. */
const MAX_GENERATIONS = 3;

/** Calls `onEnded` once when the npm (or pnpm, or yarn) above this process has ended. Returns the function that stops watching. */
export function watchNpm(onEnded: () => void): () => void {
  // Without npm this process may outlive its parent, such as a shell that was closed.
  if (process.env['npm_lifecycle_event'] === undefined) return () => undefined;
  let npm: ProcessIdentity | undefined;
  const look = async (): Promise<void> => {
    npm ??= await findNpm();
    // Not found: it ended before this process looked, or it is another program, which is not watched.
    const hasEnded = npm === undefined ? process.ppid === 1 : !(await isStillRunning(npm));
    if (npm === undefined || hasEnded) clearInterval(timer);
    if (hasEnded) onEnded();
  };
  const timer = setInterval(() => void look(), POLL_MS).unref();
  // At once: later it may be gone.
  void look();
  return () => clearInterval(timer);
}

async function findNpm(): Promise<ProcessIdentity | undefined> {
  const lines = new Map((await listProcesses()).map((line) => [line.pid, line]));
  let line = lines.get(process.ppid);
  for (let generation = 0; line !== undefined && generation < MAX_GENERATIONS; generation += 1) {
    if (/\b(?:npm|pnpm|yarn)\b/.test(line.title.split(' -c ')[0] ?? '')) return await identifyProcess(line.pid);
    line = lines.get(line.parent);
  }
  return undefined;
}
