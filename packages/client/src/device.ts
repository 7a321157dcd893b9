/** Optional platform APIs of a browser: geolocation, page visibility and network state. */

/** The part of the browser's `GeolocationPosition` that this package reads. */
export interface GeolocationFix {
  readonly coords: {
    readonly latitude: number;
    readonly longitude: number;
    readonly accuracy: number;
    readonly heading: number | null;
    readonly speed: number | null;
  };
  /** When the device took it, ms since the epoch. */
  readonly timestamp?: number;
}

/** The part of the browser's `GeolocationPositionError` that this package reads. */
export interface GeolocationFailure {
  /** 1: permission denied, 2: position unavailable, 3: timeout. */
  readonly code: number;
  readonly message: string;
}

/** The part of the browser's `navigator.geolocation` that this package calls. */
export interface GeolocationSource {
  watchPosition(
    onFix: (fix: GeolocationFix) => void,
    onFailure: (failure: GeolocationFailure) => void,
    options: { readonly enableHighAccuracy: boolean; readonly maximumAge: number },
  ): number;
  clearWatch(watch: number): void;
}

/** Whether the page is visible to the user. */
export interface PageVisibility {
  isHidden(): boolean;
  /** Calls `listener` at every change. Returns a function that unsubscribes it. */
  onChange(listener: () => void): () => void;
}

interface EventSource {
  addEventListener(event: string, listener: () => void): void;
  removeEventListener(event: string, listener: () => void): void;
}

/** Globals of a browser that Node does not have. */
interface BrowserGlobals extends Partial<EventSource> {
  readonly navigator?: { readonly geolocation?: GeolocationSource };
  readonly document?: EventSource & { readonly visibilityState: string };
}

function browser(): BrowserGlobals {
  return globalThis as BrowserGlobals;
}

/** Returns the browser's geolocation, or undefined outside a browser. */
export function deviceGeolocation(): GeolocationSource | undefined {
  return browser().navigator?.geolocation;
}

/** Reads `document.visibilityState`. Without a document the app always counts as visible. */
export const pageVisibility: PageVisibility = {
  isHidden: () => browser().document?.visibilityState === 'hidden',
  onChange: (listener) => listen(browser().document, 'visibilitychange', listener),
};

/** Calls `listener` whenever the device is back online. Returns a function that unsubscribes it. */
export function onNetworkRestored(listener: () => void): () => void {
  return listen(browser(), 'online', listener);
}

function listen(source: Partial<EventSource> | undefined, event: string, listener: () => void): () => void {
  source?.addEventListener?.(event, listener);
  return () => source?.removeEventListener?.(event, listener);
}
