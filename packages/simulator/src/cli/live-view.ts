/** Shows what is running: a bar and some lines on a terminal, one line every few seconds elsewhere. */
import { MultiBar, type SingleBar } from 'cli-progress';

const LINE_EVERY_MS = 5_000;

/** What is shown of a moment. */
export interface Picture {
  /** 0–1; undefined where no end is known. */
  readonly fraction: number | undefined;
  /** Beside the bar. */
  readonly headline: string;
  /** Below the bar; as many in every picture. */
  readonly details: readonly string[];
  /** All that is said where there is no terminal. */
  readonly line: string;
}

interface LiveView {
  show(picture: Picture): void;
  /** The last picture stays. */
  end(): void;
}

/** Standard output, as far as it is needed here. */
type Screen = NodeJS.WritableStream & { readonly isTTY?: boolean };

export function createLiveView(stream: Screen, now: () => number): LiveView {
  return stream.isTTY === true ? new TerminalView(stream) : new LineView(stream, now);
}

class TerminalView implements LiveView {
  readonly #bars: MultiBar;
  #progress: SingleBar | undefined;
  #details: SingleBar[] = [];

  constructor(stream: Screen) {
    this.#bars = new MultiBar({ stream, hideCursor: true, fps: 4, format: '' });
  }

  show({ fraction, headline, details }: Picture): void {
    if (this.#progress === undefined) {
      const format = fraction === undefined ? '{headline}' : '{bar} {percentage} % │ {headline}';
      this.#progress = this.#bars.create(1, 0, { headline }, { format });
      this.#details = details.map((text) => this.#bars.create(1, 0, { text }, { format: '{text}' }));
    }
    this.#progress.update(fraction ?? 0, { headline });
    for (const [index, bar] of this.#details.entries()) bar.update(0, { text: details[index] ?? '' });
  }

  end(): void {
    this.#bars.stop();
  }
}

class LineView implements LiveView {
  readonly #stream: Screen;
  readonly #now: () => number;
  #shownAt = Number.NEGATIVE_INFINITY;

  constructor(stream: Screen, now: () => number) {
    this.#stream = stream;
    this.#now = now;
  }

  show({ fraction, line }: Picture): void {
    if (this.#now() - this.#shownAt < LINE_EVERY_MS) return;
    this.#shownAt = this.#now();
    const percent = fraction === undefined ? '' : `${`${(fraction * 100).toFixed(0)} %`.padStart(5)} `;
    this.#stream.write(`${percent}${line}\n`);
  }

  end(): void {
    // Every line stands already.
  }
}
