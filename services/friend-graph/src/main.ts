/** Starts a friend-graph instance. */
import { runService } from '@nearby-friends/service-kit';
import { composeFriendGraph } from './compose.ts';
import { settings } from './settings.ts';

await runService({
  name: 'friend-graph',
  purpose: 'stores in PostgreSQL who may see whom, serves the HTTP API, and announces active users to their viewers.',
  settings,
  compose: composeFriendGraph,
});
