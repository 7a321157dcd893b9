/** What is wanted of the device beside the network: where it is, and whether anybody looks. All of it may be absent. */

/** As much of the browser's `GeolocationPosition` as is used. */
export interface GeolocationFix {
  readonly coords: {
    readonly latitude: number;
    readonly longitude: number;
    readonly accuracy: number;
    readonly heading: number | null;
    readonly speed: number | null;
  };
}

/** As much of the browser's `GeolocationPositionError` as is used. */
export interface GeolocationFailure {
  /** 1: not allowed, 2: not to be had, 3: not in time. */
  readonly code: number;
  readonly message: string;
}

/** As much of the browser's `navigator.geolocation` as is used: anything of this form can stand in for it. */
export interface GeolocationSource {
  watchPosition(
    onFix: (fix: GeolocationFix) => void,
    onFailure: (failure: GeolocationFailure) => void,
    options: { readonly enableHighAccuracy: boolean; readonly maximumAge: number },
  ): number;
  clearWatch(watch: number): void;
}

/** Whether somebody looks at the page. */
export interface Attention {
  isHidden(): boolean;
  /** Calls `listener` whenever that changes. Returns the way to end it. */
  onChange(listener: () => void): () => void;
}

interface EventSource {
  addEventListener(event: string, listener: () => void): void;
  removeEventListener(event: string, listener: () => void): void;
}

/** What a browser has in its global scope, and Node does not. */
interface BrowserGlobals extends Partial<EventSource> {
  readonly navigator?: { readonly geolocation?: GeolocationSource };
  readonly document?: EventSource & { readonly visibilityState: string };
}

function browser(): BrowserGlobals {
  return globalThis as BrowserGlobals;
}

/** The browser's; undefined where there is none. */
export function deviceGeolocation(): GeolocationSource | undefined {
  return browser().navigator?.geolocation;
}

/** Whether the page is shown. Where there is no page somebody is always taken to look. */
export const pageAttention: Attention = {
  isHidden: () => browser().document?.visibilityState === 'hidden',
  onChange: (listener) => listen(browser().document, 'visibilitychange', listener),
};

/** Calls `listener` whenever the device says that it has a network again. Returns the way to end that. */
export function onNetworkBack(listener: () => void): () => void {
  return listen(browser(), 'online', listener);
}

function listen(source: Partial<EventSource> | undefined, event: string, listener: () => void): () => void {
  source?.addEventListener?.(event, listener);
  return () => source?.removeEventListener?.(event, listener);
}
