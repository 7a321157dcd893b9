/** Whether the browser says that this device has no network: it knows before the connection does. */
import { signal } from '@preact/signals';

export const isOffline = signal(false);

/** Starts updating the signal. */
export function startOffline(): void {
  const update = (): void => {
    isOffline.value = !navigator.onLine;
  };
  update();
  addEventListener('online', update);
  addEventListener('offline', update);
}
