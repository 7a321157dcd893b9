/** Creates the progress display of an import: a bar on a terminal, plain lines elsewhere. */
import { Presets, SingleBar } from 'cli-progress';

export interface ImportProgress {
  /** Reports the bytes read so far. */
  read(bytes: number, total: number): void;
  /** Reports the next step. */
  step(name: string): void;
  /** Call it at the end, also after a failure. */
  close(): void;
}

export const noProgress: ImportProgress = {
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

  step(name: string): void {
    this.#bar.stop();
    this.#output.write(`${name} …\n`);
  }

  close(): void {
    this.#bar.stop();
  }
}

const PERCENT_PER_LINE = 20;

class LineProgress implements ImportProgress {
  readonly #output: NodeJS.WriteStream;
  #lastPercent = 0;

  constructor(output: NodeJS.WriteStream) {
    this.#output = output;
  }

  read(bytes: number, total: number): void {
    const percent = Math.floor((bytes / Math.max(1, total)) * 100);
    if (percent < this.#lastPercent + PERCENT_PER_LINE) return;
    this.#lastPercent = percent;
    this.#output.write(`Reading: ${percent} % of ${(total / MEGABYTE).toFixed(1)} MB\n`);
  }

  step(name: string): void {
    this.#output.write(`${name} …\n`);
  }

  close(): void {
    // Every line is complete already.
  }
}
