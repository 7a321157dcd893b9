/** Chromium for one test file, and apps of this package as scripts for its pages. */
import { afterAll, beforeAll, jest } from '@jest/globals';
import { chromiumLaunch } from '@nearby-friends/testing/chromium-here';
import { build } from 'esbuild';
import { type Browser, chromium } from 'playwright-core';

const START_TIMEOUT_MS = 60_000;
/** Of a test. Long: on a loaded machine what takes milliseconds may take seconds. */
const TEST_TIMEOUT_MS = 120_000;

/** Call it once in a test file, outside the tests. `more`: further arguments of Chromium. */
export function useChromium(...more: readonly string[]): () => Browser {
  let browser: Browser | undefined;
  jest.setTimeout(TEST_TIMEOUT_MS);
  beforeAll(async () => {
    browser = await chromium.launch({ ...chromiumLaunch, args: ['--no-sandbox', '--disable-dev-shm-usage', ...more] });
  }, START_TIMEOUT_MS);
  afterAll(() => browser?.close(), START_TIMEOUT_MS);
  return () => {
    if (browser === undefined) throw new Error('the browser is not started');
    return browser;
  };
}

/** A script for a page of `app`, which imports the files of this folder. */
export async function bundleForBrowser(app: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: app, resolveDir: import.meta.dirname, loader: 'ts' },
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'iife',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}
