import { afterEach, describe, expect, it } from '@jest/globals';
import { deviceGeolocation, onNetworkBack, pageAttention } from './device.ts';

const BROWSER_ONLY = ['document', 'addEventListener', 'removeEventListener', 'navigator'] as const;
const before = BROWSER_ONLY.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const);

/** Makes of this process a browser, as far as is asked. */
function pretend(globals: Partial<Record<(typeof BROWSER_ONLY)[number], unknown>>): void {
  for (const [name, value] of Object.entries(globals)) {
    Object.defineProperty(globalThis, name, { value, configurable: true });
  }
}
afterEach(() => {
  for (const [name, descriptor] of before) {
    if (descriptor) Object.defineProperty(globalThis, name, descriptor);
    else Reflect.deleteProperty(globalThis, name);
  }
});

describe('a browser', () => {
  it('tells when the page is hidden and shown', () => {
    const document = Object.assign(new EventTarget(), { visibilityState: 'visible' });
    pretend({ document });
    let changes = 0;
    const end = pageAttention.onChange(() => changes++);
    expect(pageAttention.isHidden()).toBe(false);
    document.visibilityState = 'hidden';
    document.dispatchEvent(new Event('visibilitychange'));
    expect([pageAttention.isHidden(), changes]).toEqual([true, 1]);
    end();
    document.dispatchEvent(new Event('visibilitychange'));
    expect(changes).toBe(1);
  });

  it('tells when the network is back', () => {
    const window = new EventTarget();
    pretend({
      addEventListener: window.addEventListener.bind(window),
      removeEventListener: window.removeEventListener.bind(window),
    });
    let back = 0;
    const end = onNetworkBack(() => back++);
    window.dispatchEvent(new Event('online'));
    end();
    window.dispatchEvent(new Event('online'));
    expect(back).toBe(1);
  });

  it('has a geolocation', () => {
    const geolocation = { watchPosition: () => 1, clearWatch: () => undefined };
    pretend({ navigator: { geolocation } });
    expect(deviceGeolocation()).toBe(geolocation);
  });
});

describe('whatever is no browser', () => {
  it('has no geolocation, and somebody who looks', () => {
    pretend({ navigator: undefined });
    expect(deviceGeolocation()).toBeUndefined();
    expect(pageAttention.isHidden()).toBe(false);
    pageAttention.onChange(() => undefined)();
    onNetworkBack(() => undefined)();
  });
});
