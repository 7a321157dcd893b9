/** Whether the tests that need a browser run here. */
import { describe } from '@jest/globals';
import { type Executable, ensureChromium } from '@nearby-friends/local-stack';

/** Undefined where there is none, which is said once for each file of tests that is left out for it. */
export const chromium: Executable | undefined = await ensureChromium().catch((error: unknown) => {
  const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
  process.stderr.write(`Tests in a real browser are SKIPPED: ${reason}\n`);
  return undefined;
});

export const describeInBrowser = chromium === undefined ? describe.skip : describe;
