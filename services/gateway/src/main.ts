/** Starts a gateway instance. */
import { runService } from '@nearby-friends/service-kit';
import { composeGateway } from './compose.ts';
import { keepHeapSmall } from './heap-growth.ts';
import { settings } from './settings.ts';

keepHeapSmall();

await runService({
  name: 'gateway',
  purpose: 'holds the connections of the phones and tells each which friends are near.',
  settings,
  compose: composeGateway,
});
