/** Registers the worker that shows notifications. It handles no requests. */
import { pageBase } from './page-base.ts';

export function registerServiceWorker(): void {
  // Without HTTPS there is none.
  navigator.serviceWorker
    ?.register(new URL('service-worker.js', pageBase()), { scope: pageBase(), updateViaCache: 'none' })
    // A browser may forbid it, as in some private windows: the page works without.
    .catch(() => undefined);
}
