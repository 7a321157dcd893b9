/** Writes the output of all processes of a stack into one stream, without the servers' routine lines. */
import { formatLogLine, type LogFormat } from './format-log-line.ts';

export class StackLog {
  readonly #write: ((line: string) => void) | undefined;
  readonly #format: LogFormat;

  constructor(options: { readonly log: ((line: string) => void) | undefined; readonly logFormat: LogFormat }) {
    this.#write = options.log;
    this.#format = options.logFormat;
  }

  /** A line of a process' output. */
  print(name: string, line: string): void {
    if (this.#write === undefined || isRoutine(name, line)) return;
    this.#write(formatLogLine(name, line, new Date(), this.#format));
  }

  /** A sentence of the stack about one of its processes. */
  note(name: string, sentence: string): void {
    this.#write?.(formatLogLine(name, JSON.stringify({ level: 'warn', msg: sentence }), new Date(), this.#format));
  }
}

// Redis and PostgreSQL log every start and stop in many lines. PostgreSQL's errors are shown; Redis' lines have no level,
// and what it refuses is in the log of the service that sent the command.
function isRoutine(name: string, line: string): boolean {
  if (name === 'redis') return true;
  return name === 'postgres' && !/ (ERROR|FATAL|PANIC):/.test(line);
}
