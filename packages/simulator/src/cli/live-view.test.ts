/** What is shown where there is no terminal: a line every few seconds. */
import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { parseUserId } from '@nearby-friends/protocol';
import type { ReplayProgress, WatchedViewer } from '../replay/replay-options.ts';
import { createLiveView } from './live-view.ts';
import { replayPicture } from './replay-picture.ts';

const [anna, ben] = [parseUserId('anna'), parseUserId('ben')];

function progress(fraction: number, watched: WatchedViewer[]): ReplayProgress {
  const datasetMs = Date.UTC(2010, 1, 3, 4, 5);
  return { phase: 'playing', fraction, datasetMs, movementsPlayed: 1, clientsOnline: 7, watched };
}

describe('LineView', () => {
  it('writes at most a line every five seconds, of the viewer who sees most', () => {
    let now = 0;
    const stream = new PassThrough();
    const view = createLiveView(stream, () => now);
    const friend = { id: ben, lat: 1, lng: 2, distance: 30, at: 0, precision: 'exact' } as const;
    const watched = [
      { viewer: ben, friends: 9, shown: undefined },
      { viewer: anna, friends: 3, shown: [friend] },
    ];
    view.show(replayPicture(progress(0.1, watched)));
    now = 4_999;
    view.show(replayPicture(progress(0.2, watched)));
    now = 5_000;
    view.show(replayPicture(progress(0.3, [])));
    view.end();
    expect(String(stream.read())).toBe(
      ' 10 % 2010-02-03 04:05 playing, 7 online, user anna sees 1 of 3 friends: ben at 30 m\n' +
        ' 30 % 2010-02-03 04:05 playing, 7 online\n',
    );
  });
});
