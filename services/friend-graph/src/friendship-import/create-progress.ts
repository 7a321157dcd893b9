/** Shows how far an import is: a bar for a person who watches, plain lines for everything else. */
import { Presets, SingleBar } from 'cli-progress';

export interface ImportProgress {
  /** How much of the file has been read, bytes. */
  read(bytes: number, total: number): void;
  /** What is done next. */
  step(what: string): void;
  /** To be called in the end, also after a failure. */
  close(): void;
}

export const silentProgress: ImportProgress = {
  read: () => undefined,
  step: () => undefined,
  close: () => undefined,
};

export function createProgress(output: NodeJS.WriteStream): ImportProgress {
  return output.isTTY ? new BarProgress(output) : new LineProgress(output);
}

const MEGABYTE = 1_000_000;

class BarProgress implements ImportProgress {
  readonly #output: NodeJS.WriteStream;
  readonly #bar: SingleBar;
  #started = false;

  constructor(output: NodeJS.WriteStream) {
    this.#output = output;
    const format = 'Reading {bar} {percentage} % of {megabytes} MB';
    this.#bar = new SingleBar({ stream: output, format, hideCursor: true }, Presets.shades_classic);
  }

  read(bytes: number, total: number): void {
    if (!this.#started) this.#bar.start(total, 0, { megabytes: (total / MEGABYTE).toFixed(1) });
    this.#started = true;
    this.#bar.update(bytes);
  }

  step(what: string): void {
    this.#bar.stop();
    this.#output.write(`${what} …\n`);
  }

  close(): void {
    this.#bar.stop();
  }
}

const LINE_EVERY_PERCENT = 20;

class LineProgress implements ImportProgress {
  readonly #output: NodeJS.WriteStream;
  #said = 0;

  constructor(output: NodeJS.WriteStream) {
    this.#output = output;
  }

  read(bytes: number, total: number): void {
    const percent = Math.floor((bytes / Math.max(1, total)) * 100);
    if (percent < this.#said + LINE_EVERY_PERCENT) return;
    this.#said = percent;
    this.#output.write(`Reading: ${percent} % of ${(total / MEGABYTE).toFixed(1)} MB\n`);
  }

  step(what: string): void {
    this.#output.write(`${what} …\n`);
  }

  close(): void {
    // A line is complete as it is.
  }
}
