/** Shows a running replay: a bar and what some viewers see on a terminal, a line every few seconds elsewhere. */
import { MultiBar, type SingleBar } from 'cli-progress';
import type { ReplayProgress, WatchedViewer } from '../run/replay-options.ts';

const LINE_EVERY_MS = 5_000;
const FRIENDS_SHOWN = 4;

export interface LiveView {
  show(progress: ReplayProgress): void;
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
  #viewers: SingleBar[] = [];

  constructor(stream: Screen) {
    this.#bars = new MultiBar({ stream, hideCursor: true, fps: 4, format: '' });
  }

  show(progress: ReplayProgress): void {
    const { fraction, phase, watched } = progress;
    const payload = { phase, time: datasetTime(progress), online: progress.clientsOnline };
    if (this.#progress === undefined) {
      const format = '{bar} {percentage} % │ {time} │ {online} online │ {phase}';
      this.#progress = this.#bars.create(1, 0, payload, { format });
      this.#viewers = watched.map((viewer) =>
        this.#bars.create(1, 0, { text: viewerText(viewer) }, { format: '{text}' }),
      );
    }
    this.#progress.update(fraction, payload);
    for (const [index, bar] of this.#viewers.entries()) {
      const viewer = watched[index];
      if (viewer !== undefined) bar.update(0, { text: viewerText(viewer) });
    }
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

  show(progress: ReplayProgress): void {
    if (this.#now() - this.#shownAt < LINE_EVERY_MS) return;
    this.#shownAt = this.#now();
    const percent = `${(progress.fraction * 100).toFixed(0)} %`.padStart(5);
    const [viewer] = [...progress.watched].sort((a, b) => (b.shown?.length ?? -1) - (a.shown?.length ?? -1));
    const sees = viewer === undefined ? '' : `, ${viewerText(viewer)}`;
    this.#stream.write(
      `${percent} ${datasetTime(progress)} ${progress.phase}, ${progress.clientsOnline} online${sees}\n`,
    );
  }

  end(): void {
    // Every line stands already.
  }
}

function datasetTime({ datasetMs }: ReplayProgress): string {
  return new Date(datasetMs).toISOString().slice(0, 16).replace('T', ' ');
}

/** “user 12 sees 3 of 40 friends: 7 at 120 m, 31 at 1.4 km”. Distances only, never a place. */
export function viewerText({ viewer, friends, shown }: WatchedViewer): string {
  if (shown === undefined) return `user ${viewer} has no list yet`;
  const nearest = shown.slice(0, FRIENDS_SHOWN).map(({ id, distance }) => `${id} at ${distanceText(distance)}`);
  const list = nearest.length === 0 ? '' : `: ${nearest.join(', ')}${shown.length > FRIENDS_SHOWN ? ' …' : ''}`;
  return `user ${viewer} sees ${shown.length} of ${friends} friends${list}`;
}

function distanceText(meters: number): string {
  return meters < 1_000 ? `${meters.toFixed(0)} m` : `${(meters / 1_000).toFixed(1)} km`;
}
