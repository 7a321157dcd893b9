/** Waits for a condition, never for a time. */
import { setTimeout as delay } from 'node:timers/promises';

/** Long: on a loaded machine a condition that holds within milliseconds may take seconds. */
const DEFAULT_TIMEOUT_MS = 20_000;
const POLL_MS = 10;

/**
 * Runs `check` again and again until it neither throws nor rejects, and resolves with what it returned. After
 * `timeoutMs` (default 20 s) the last failure is thrown, so that a test says what was wrong and not just "too late".
 */
export async function eventually<T>(check: () => T | Promise<T>, timeoutMs = DEFAULT_TIMEOUT_MS): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() >= deadline) throw error;
    }
    await delay(POLL_MS);
  }
}
