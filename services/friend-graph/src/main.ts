/** Starts a friend-graph instance. */
import { runService } from '@nearby-friends/service-kit';
import { composeFriendGraph } from './compose.ts';
import { settings } from './settings.ts';

await runService({
  name: 'friend-graph',
  purpose: 'keeps who sees whom in PostgreSQL, serves the HTTP API, and tells viewers who became active.',
  settings,
  compose: composeFriendGraph,
});
