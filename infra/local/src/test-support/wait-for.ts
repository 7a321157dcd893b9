/** Waits in tests for a condition, never for a time. */
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 10;

/** Resolves with the first result that is neither undefined nor false; rejects after the deadline (milliseconds). */
export async function waitFor<T>(
  what: string,
  check: () => Promise<T | undefined | false> | T | undefined | false,
  deadlineMs = 20_000,
): Promise<T> {
  const deadline = performance.now() + deadlineMs;
  while (performance.now() < deadline) {
    const result = await check();
    if (result !== undefined && result !== false) return result;
    await delay(POLL_MS);
  }
  throw new Error(`Timed out after ${deadlineMs} ms waiting for: ${what}`);
}
