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
  return stream.isTTY === true ? terminalView(stream) : lineView(stream, now);
}

function terminalView(stream: Screen): LiveView {
  const bars = new MultiBar({ stream, hideCursor: true, fps: 4, format: '' });
  let shown: { readonly progress: SingleBar; readonly details: readonly SingleBar[] } | undefined;
  return {
    show: ({ fraction, headline, details }) => {
      const format = fraction === undefined ? '{headline}' : '{bar} {percentage} % │ {headline}';
      shown ??= {
        progress: bars.create(1, 0, { headline }, { format }),
        details: details.map((text) => bars.create(1, 0, { text }, { format: '{text}' })),
      };
      shown.progress.update(fraction ?? 0, { headline });
      for (const [index, bar] of shown.details.entries()) bar.update(0, { text: details[index] ?? '' });
    },
    end: () => bars.stop(),
  };
}

/** Every line stands as soon as it is shown. */
function lineView(stream: Screen, now: () => number): LiveView {
  let shownAt = Number.NEGATIVE_INFINITY;
  return {
    show: ({ fraction, line }) => {
      if (now() - shownAt < LINE_EVERY_MS) return;
      shownAt = now();
      const percent = fraction === undefined ? '' : `${`${(fraction * 100).toFixed(0)} %`.padStart(5)} `;
      stream.write(`${percent}${line}\n`);
    },
    end: () => undefined,
  };
}
