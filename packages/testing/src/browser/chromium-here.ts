/** Whether the tests that need a browser run here. */
import { describe } from '@jest/globals';
import { type Executable, ensureChromium } from '@nearby-friends/local-stack';

/** Chromium; undefined where there is none, which is logged once for each test file that is skipped. */
const chromium: Executable | undefined = await ensureChromium().catch((error: unknown) => {
  const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
  process.stderr.write(`Tests in a real browser are SKIPPED: ${reason}\n`);
  return undefined;
});

/** What playwright-core's `launch` takes to start it; undefined where there is none. */
export const chromiumLaunch = chromium && {
  executablePath: chromium.command,
  env: environment({ ...process.env, ...chromium.env }),
};

function environment(variables: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).filter((entry): entry is [string, string] => Boolean(entry[1])));
}

/** As `describe`, and skipped where there is no Chromium. */
export function describeInBrowser(name: string, tests: () => void): void {
  const describeHere = chromium === undefined ? describe.skip : describe;
  describeHere(name, tests);
}
