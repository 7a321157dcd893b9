/** Starts an ingest instance. */
import { runService } from '@nearby-friends/service-kit';
import { composeIngest } from './compose.ts';
import { settings } from './settings.ts';

await runService({
  name: 'ingest',
  purpose: 'takes the positions of background apps over HTTP, and answers OwnTracks with the friends who are near.',
  settings,
  compose: composeIngest,
});
