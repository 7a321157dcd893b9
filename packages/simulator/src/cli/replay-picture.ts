/** What a person sees of a running replay: the time that is played, and what some viewers see. */
import type { ReplayProgress, WatchedViewer } from '../replay/replay-options.ts';
import type { Picture } from './live-view.ts';

const FRIENDS_SHOWN = 4;

export function replayPicture(progress: ReplayProgress): Picture {
  const { fraction, phase, clientsOnline, watched } = progress;
  const time = datasetTime(progress);
  const [viewer] = [...watched].sort((a, b) => (b.shown?.length ?? -1) - (a.shown?.length ?? -1));
  const sees = viewer === undefined ? '' : `, ${viewerText(viewer)}`;
  return {
    fraction,
    headline: `${time} │ ${clientsOnline} online │ ${phase}`,
    details: watched.map(viewerText),
    line: `${time} ${phase}, ${clientsOnline} online${sees}`,
  };
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
