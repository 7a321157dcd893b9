/** Checks beforehand that one process may open as many connections as needed. */
import { RemedyError } from '@nearby-friends/local-stack';

/** Beside the connections of its clients a process has its code, its output and calls of the API open. */
const OTHER_FILES = 100;

/** Throws {@link RemedyError} when they do not fit. */
export function checkOpenFiles(clients: number, limit: number | undefined = openFilesLimit()): void {
  const needed = clients + OTHER_FILES;
  if (limit === undefined || needed <= limit) return;
  throw new RemedyError(
    `${clients} people need ${needed} open files, and this process may have ${limit}.`,
    `Raise the limit with \`ulimit -n ${needed}\` before, or give --people ${Math.max(1, limit - OTHER_FILES)} and start several with a --prefix each.`,
  );
}

/** Undefined where it is unknown, or there is none. */
function openFilesLimit(): number | undefined {
  const { report } = process;
  if (report === undefined) return undefined;
  const { userLimits } = report.getReport() as {
    userLimits?: { open_files?: { soft?: number | string } };
  };
  const soft = userLimits?.open_files?.soft;
  return typeof soft === 'number' ? soft : undefined;
}
