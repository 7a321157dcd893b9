/** Puts the sign-in with the identity provider together for this window. */
import { pageBase } from '../settings/page-base.ts';
import type { LoadedProvider } from '../settings/provider-config.ts';
import { claimTab } from './claim-tab.ts';
import { ProviderSignIn } from './provider-sign-in.ts';
import { tabStore } from './tab-store.ts';

export function openProvider(loaded: LoadedProvider): ProviderSignIn {
  const back = pageBase();
  return new ProviderSignIn({
    flow: async () => (await import('./provider-flow.ts')).providerFlow(loaded, back),
    store: tabStore(new URL(back).pathname),
    window: {
      url: () => new URL(location.href),
      replaceUrl: (url) => history.replaceState(history.state, '', url),
      leaveFor: (url) => location.assign(url),
      isSecure: () => isSecureContext,
      now: () => Date.now(),
      claim: claimTab,
    },
    token: loaded.config.token,
  });
}
