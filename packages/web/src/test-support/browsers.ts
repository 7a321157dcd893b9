/** Chromium for one test file. Its pages fail the test on errors, policy violations and requests to other hosts. */
import { afterAll, afterEach, beforeAll, expect, jest } from '@jest/globals';
import type { Deployment } from '@nearby-friends/testing';
import { chromiumLaunch } from '@nearby-friends/testing/chromium-here';
import { type Browser, type BrowserContextOptions, chromium } from 'playwright-core';
import { recordLiveMessages } from './live-messages.ts';
import { PersonPage } from './person-page.ts';

/** Disables Chromium's background requests and renders without a graphics card. */
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-dev-shm-usage',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Software rendering for WebGL only: for the whole page it gave 5 instead of 60 frames per second.
  '--enable-unsafe-swiftshader',
];
const START_TIMEOUT_MS = 60_000;
/** Of each wait and of a whole test. Long: on a loaded machine what takes milliseconds may take seconds. */
const WAIT_TIMEOUT_MS = 40_000;
const TEST_TIMEOUT_MS = 120_000;

interface PersonOptions extends BrowserContextOptions {
  /** The position at sign-in. */
  readonly at?: { readonly lat: number; readonly lng: number };
}

/** Console messages of the browser that are not errors of the page. */
const HARMLESS = /GPU stall|WebGL.*performance|GL Driver Message/;

export class Browsers {
  readonly #deployment: Pick<Deployment, 'url'>;
  readonly #problems: string[] = [];
  #browser: Browser | undefined;

  /** Hosts that the pages may send requests to besides the deployment's. */
  readonly #otherHosts: () => readonly string[];

  constructor(deployment: Pick<Deployment, 'url'>, otherHosts: () => readonly string[] = () => []) {
    this.#deployment = deployment;
    this.#otherHosts = otherHosts;
  }

  async start(): Promise<void> {
    if (chromiumLaunch) this.#browser = await chromium.launch({ ...chromiumLaunch, args: ARGUMENTS });
  }

  async stop(): Promise<void> {
    await this.#browser?.close();
  }

  /** Closes all pages. Fails if a page reported an error, violated its policy or sent a request to another host. */
  async closePages(): Promise<void> {
    await Promise.all((this.#browser?.contexts() ?? []).map((context) => context.close()));
    expect(this.#problems.splice(0)).toEqual([]);
  }

  /** Opens the sign-in page in a new browser context. */
  async visit({ at, ...options }: PersonOptions = {}): Promise<PersonPage> {
    if (this.#browser === undefined) throw new Error('The browser is not started: Chromium was not found.');
    const context = await this.#browser.newContext({
      locale: 'en-GB',
      viewport: { width: 1_280, height: 800 },
      // Animations are not tested here and cost processor time.
      reducedMotion: 'reduce',
      ...options,
    });
    context.setDefaultTimeout(WAIT_TIMEOUT_MS);
    await recordLiveMessages(context);
    if (at !== undefined) {
      await context.addInitScript(
        ([lat, lng]) => {
          if (sessionStorage.getItem('nearby-friends:walk') === null)
            sessionStorage.setItem('nearby-friends:walk', `${lat},${lng}`);
        },
        [at.lat, at.lng] as const,
      );
    }
    if (this.#otherHosts().length > 0) {
      const hosts = [new URL(this.#deployment.url).host, ...this.#otherHosts()];
      await context.route(
        ({ protocol, host }) => /^https?:$/.test(protocol) && !hosts.includes(host),
        (route) => route.abort(),
      );
    }
    const page = await context.newPage();
    page.on('pageerror', ({ message }) => this.#problems.push(`error: ${message}`));
    page.on('console', (message) => {
      const text = message.text();
      const isProblem = message.type() === 'warning' || message.type() === 'error';
      if (isProblem && !HARMLESS.test(text) && !isOutage(text)) this.#problems.push(`${message.type()}: ${text}`);
    });
    page.on('request', (request) => {
      const { protocol, host } = new URL(request.url());
      const hosts = [new URL(this.#deployment.url).host, ...this.#otherHosts()];
      const isOurs = protocol === 'data:' || protocol === 'blob:' || hosts.includes(host);
      // What pages of the other hosts load is their affair.
      if (this.#otherHosts().includes(new URL(request.frame().url()).host)) return;
      if (!isOurs) this.#problems.push(`a request to ${protocol}//${host}`);
    });
    await page.goto(this.#deployment.url);
    return new PersonPage(page);
  }

  /** Opens the page and signs in. */
  async person(userId: string, options: PersonOptions = {}): Promise<PersonPage> {
    const person = await this.visit(options);
    await person.signIn(userId);
    return person;
  }
}

/** Chromium logs every lost connection. The tests check how the page handles it. */
function isOutage(text: string): boolean {
  return /WebSocket connection to .* failed|Failed to load resource/.test(text);
}

/** Call it once in a test file, outside the tests. */
export function useBrowsers(deployment: Pick<Deployment, 'url'>, otherHosts?: () => readonly string[]): Browsers {
  const browsers = new Browsers(deployment, otherHosts);
  jest.setTimeout(TEST_TIMEOUT_MS);
  beforeAll(() => browsers.start(), START_TIMEOUT_MS);
  afterEach(() => browsers.closePages());
  afterAll(() => browsers.stop(), START_TIMEOUT_MS);
  return browsers;
}
