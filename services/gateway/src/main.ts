/** Starts a gateway instance. */
import { runService } from '@nearby-friends/service-kit';
import { composeGateway } from './compose.ts';
import { keepHeapSmall } from './heap-growth.ts';
import { settings } from './settings.ts';

keepHeapSmall();

await runService({
  name: 'gateway',
  purpose: 'holds the connections of the phones and sends each the friends who are near.',
  settings,
  compose: composeGateway,
});
