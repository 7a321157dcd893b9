/** Replaces parts of the browser on a page before it loads: the clock, geolocation, the secure context and WebSocket. */
import type { Page } from 'playwright-core';

/** The clock of the device is wrong by that much, ms. Reloads the page. */
export async function pretendClock(page: Page, offMs: number): Promise<void> {
  await page.addInitScript((off) => {
    const RealDate = Date;
    globalThis.Date = class extends RealDate {
      constructor(...given: [] | [number]) {
        if (given.length === 0) super(RealDate.now() + off);
        else super(...given);
      }

      static override now(): number {
        return RealDate.now() + off;
      }
    } as DateConstructor;
  }, offMs);
  await page.reload();
}

/** A device at that place, which fails with a code when the page gets the event `pretend:fail`. Reloads the page. */
export async function pretendGeolocation(page: Page, place: { lat: number; lng: number }): Promise<void> {
  await page.addInitScript(({ lat, lng }) => {
    const coords = { latitude: lat, longitude: lng, accuracy: 5, heading: null, speed: null };
    const geolocation = {
      watchPosition(onFix: (fix: object) => void, onFailure: (failure: object) => void): number {
        setTimeout(() => onFix({ coords, timestamp: Date.now() }));
        addEventListener('pretend:fail', (event) =>
          onFailure({ code: (event as CustomEvent<number>).detail, message: 'pretended' }),
        );
        return 1;
      },
      clearWatch: () => undefined,
    };
    Object.defineProperty(navigator, 'geolocation', { value: geolocation });
  }, place);
  await page.reload();
}

/** A page without HTTPS, where the browser refuses the location without asking. Reloads the page. */
export async function pretendInsecure(page: Page): Promise<void> {
  await page.addInitScript(() => {
    Object.defineProperty(globalThis, 'isSecureContext', { value: false });
    const geolocation = {
      watchPosition(_onFix: unknown, onFailure: (failure: object) => void): number {
        setTimeout(() => onFailure({ code: 1, message: 'pretended' }));
        return 1;
      },
      clearWatch: () => undefined,
    };
    Object.defineProperty(navigator, 'geolocation', { value: geolocation });
  });
  await page.reload();
}

/** A proxy on the way does not pass WebSockets on. Reloads the page. */
export async function pretendNoWebSocket(page: Page): Promise<void> {
  await page.addInitScript(() => {
    class RefusedSocket {
      onerror: ((event: Event) => void) | undefined;

      constructor() {
        setTimeout(() => this.onerror?.(new Event('error')));
      }

      close(): void {
        // It was never open.
      }
    }
    Object.defineProperty(globalThis, 'WebSocket', { value: RefusedSocket });
  });
  await page.reload();
}
