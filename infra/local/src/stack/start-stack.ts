/** Starts a stack and leaves nothing behind when that fails. */
import { RunningStack } from './running-stack.ts';
import type { Stack } from './stack.ts';
import type { StackOptions } from './stack-options.ts';

/**
 * Starts a stack. Every process is ready when the promise resolves, and is restarted from then on when it ends
 * unexpectedly. Rejects with the reason, after ending all processes it had started.
 */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const stack = new RunningStack(options);
  try {
    await stack.start();
  } catch (error) {
    await stack.forceStop();
    throw error;
  }
  return stack;
}
