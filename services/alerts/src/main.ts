/** Starts an alerts instance. */
import { runService } from '@nearby-friends/service-kit';
import { composeAlerts } from './compose.ts';
import { settings } from './settings.ts';

await runService({
  name: 'alerts',
  purpose: 'sends push messages about friends who come near, and about friend requests.',
  settings,
  compose: composeAlerts,
});
