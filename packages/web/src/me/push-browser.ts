/** The browser's side of Web Push: what it can do, and the subscription of this page. */
import type { PushSubscriptionKeys } from '@nearby-friends/client';

/**
 * - `ready`: it can show alerts, or will ask the user
 * - `denied`: the user has forbidden notifications in the browser
 * - `home-screen`: iOS has them only for pages that were added to the home screen
 * - `none`: this browser, or a page without HTTPS, has none
 */
export type PushSupport = 'ready' | 'denied' | 'home-screen' | 'none';

/** Throws what the browser throws. */
export interface PushBrowser {
  support(): PushSupport;
  /** Asks the user if the browser does not know yet. Call it in an event of the user: browsers ask at no other time. */
  ask(): Promise<PushSupport>;
  current(): Promise<PushSubscriptionKeys | null>;
  /** Replaces a subscription with another key. */
  subscribe(applicationServerKey: string): Promise<PushSubscriptionKeys>;
  unsubscribe(): Promise<void>;
}

export const pushBrowser: PushBrowser = {
  support() {
    if (!('serviceWorker' in navigator) || !('PushManager' in globalThis) || !('Notification' in globalThis)) {
      return 'standalone' in navigator && navigator.standalone === false ? 'home-screen' : 'none';
    }
    return Notification.permission === 'denied' ? 'denied' : 'ready';
  },

  async ask() {
    return (await Notification.requestPermission()) === 'granted' ? 'ready' : 'denied';
  },

  async current() {
    return (await subscription())?.toJSON() ?? null;
  },

  async subscribe(applicationServerKey) {
    const { pushManager } = await navigator.serviceWorker.ready;
    const options = { userVisibleOnly: true, applicationServerKey };
    try {
      return (await pushManager.subscribe(options)).toJSON();
    } catch (error) {
      // The operator has a new key.
      if (!(error instanceof DOMException && error.name === 'InvalidStateError')) throw error;
      await (await pushManager.getSubscription())?.unsubscribe();
      return (await pushManager.subscribe(options)).toJSON();
    }
  },

  async unsubscribe() {
    await (await subscription())?.unsubscribe();
  },
};

/** Without waiting for a worker that may never come, as in some private windows. */
async function subscription(): Promise<PushSubscription | null> {
  const registration = await navigator.serviceWorker?.getRegistration();
  return (await registration?.pushManager?.getSubscription()) ?? null;
}
