/** Waits in tests for a condition, never for a time. */
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 10;

/** Resolves with the first answer that is neither undefined nor false; rejects after the deadline (milliseconds). */
export async function waitFor<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  deadlineMs = 10_000,
): Promise<T> {
  const deadline = performance.now() + deadlineMs;
  while (performance.now() < deadline) {
    const answer = await look();
    if (answer !== undefined && answer !== false) return answer;
    await delay(POLL_MS);
  }
  throw new Error(`Waited ${deadlineMs} ms in vain for: ${what}`);
}
