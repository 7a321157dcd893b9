/** Makes a call of the API again as long as that may help. */
import { NearbyError } from '@nearby-friends/client';

/** `pause` is awaited between two attempts, which are counted from 1. Rejects with the last attempt's error. */
export async function withRetries<T>(
  call: () => Promise<T>,
  { attempts, pause }: { readonly attempts: number; readonly pause: (attempt: number) => Promise<unknown> },
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof NearbyError && error.retryable) || attempt === attempts) throw error;
      await pause(attempt);
    }
  }
}
