/** Shows progress: on a terminal in one line that changes, elsewhere line by line. */

type Screen = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

interface ProgressLine {
  log(line: string): void;
  /** Removes the changing line, before permanent output. */
  clear(): void;
}

/** `now`: milliseconds since the beginning of the whole. */
export function createProgressLine(screen: Screen, now: () => number): ProgressLine {
  const isTerminal = screen.isTTY === true;
  return {
    log: (line) => {
      const text = `${(now() / 1_000).toFixed(0).padStart(4)} s  ${line}`;
      screen.write(isTerminal ? `\r\u001b[K${text.slice(0, (screen.columns ?? 80) - 1)}` : `${text}\n`);
    },
    clear: () => {
      if (isTerminal) screen.write('\r\u001b[K');
    },
  };
}
