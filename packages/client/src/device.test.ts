import { afterEach, describe, expect, it } from '@jest/globals';
import { deviceGeolocation, onNetworkRestored, pageVisibility } from './device.ts';

const BROWSER_ONLY = ['document', 'addEventListener', 'removeEventListener', 'navigator'] as const;
const before = BROWSER_ONLY.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const);

/** Defines browser globals in this process. */
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
  it('reports changes of the page visibility', () => {
    const document = Object.assign(new EventTarget(), { visibilityState: 'visible' });
    pretend({ document });
    let changes = 0;
    const end = pageVisibility.onChange(() => changes++);
    expect(pageVisibility.isHidden()).toBe(false);
    document.visibilityState = 'hidden';
    document.dispatchEvent(new Event('visibilitychange'));
    expect([pageVisibility.isHidden(), changes]).toEqual([true, 1]);
    end();
    document.dispatchEvent(new Event('visibilitychange'));
    expect(changes).toBe(1);
  });

  it('reports that the network is back', () => {
    const window = new EventTarget();
    pretend({
      addEventListener: window.addEventListener.bind(window),
      removeEventListener: window.removeEventListener.bind(window),
    });
    let back = 0;
    const end = onNetworkRestored(() => back++);
    window.dispatchEvent(new Event('online'));
    end();
    window.dispatchEvent(new Event('online'));
    expect(back).toBe(1);
  });

  it('has geolocation', () => {
    const geolocation = { watchPosition: () => 1, clearWatch: () => undefined };
    pretend({ navigator: { geolocation } });
    expect(deviceGeolocation()).toBe(geolocation);
  });
});

describe('a platform without browser globals', () => {
  it('has no geolocation and always counts as visible', () => {
    pretend({ navigator: undefined });
    expect(deviceGeolocation()).toBeUndefined();
    expect(pageVisibility.isHidden()).toBe(false);
    pageVisibility.onChange(() => undefined)();
    onNetworkRestored(() => undefined)();
  });
});
