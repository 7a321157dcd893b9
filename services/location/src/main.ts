/** Starts a location instance. */
import { runService } from '@nearby-friends/service-kit';
import { composeLocation } from './compose.ts';
import { settings } from './settings.ts';

await runService({
  name: 'location',
  purpose: 'stores the last known position of every active user in Redis and publishes each new one.',
  settings,
  compose: composeLocation,
});
