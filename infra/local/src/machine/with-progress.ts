/** Reports progress of work that takes long. */

/** Where progress lines go: one line at a time, without its line end. */
export type ProgressSink = (line: string) => void;

const progressToStderr: ProgressSink = (line) => {
  process.stderr.write(`${line}\n`);
};

/** A person notices a wait of about a second. */
const SLOW_MS = 1_000;

/** Awaits `work`; reports `what` (“Downloading Redis”) when it has not finished within a second. */
export async function withProgress<T>(
  what: string,
  work: Promise<T>,
  sink: ProgressSink = progressToStderr,
): Promise<T> {
  const timer = setTimeout(() => sink(`${what} …`), SLOW_MS);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}
