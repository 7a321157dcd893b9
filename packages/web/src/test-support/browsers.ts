/** Chromium for one test file, and pages in it that are watched for whatever must not happen. */
import { afterAll, afterEach, beforeAll, expect } from '@jest/globals';
import type { Deployment } from '@nearby-friends/testing';
import { chromiumLaunch } from '@nearby-friends/testing/chromium-here';
import { type Browser, type BrowserContextOptions, chromium } from 'playwright-core';
import { PersonPage } from './person-page.ts';

/** Nothing but the pages of the test: none of Chromium's own conversations, and drawing without a graphics card. */
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-dev-shm-usage',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // WebGL by the processor, and only that: with the whole page drawn so, there were 5 frames a second instead of 60.
  '--enable-unsafe-swiftshader',
];
const START_TIMEOUT_MS = 60_000;

interface PersonOptions extends BrowserContextOptions {
  /** Where they stand when they sign in. */
  readonly at?: { readonly lat: number; readonly lng: number };
}

/** What browsers say of themselves and not of the page. */
const HARMLESS = /GPU stall|WebGL.*performance|GL Driver Message/;

export class Browsers {
  readonly #deployment: Deployment;
  readonly #problems: string[] = [];
  #browser: Browser | undefined;

  constructor(deployment: Deployment) {
    this.#deployment = deployment;
  }

  async start(): Promise<void> {
    if (chromiumLaunch) this.#browser = await chromium.launch({ ...chromiumLaunch, args: ARGUMENTS });
  }

  async stop(): Promise<void> {
    await this.#browser?.close();
  }

  /** Ends all visits; fails when a page has reported an error, broken its policy or asked another host for anything. */
  async closePages(): Promise<void> {
    await Promise.all((this.#browser?.contexts() ?? []).map((context) => context.close()));
    expect(this.#problems.splice(0)).toEqual([]);
  }

  /** Another visitor, with a storage of their own, who looks at the way in. */
  async visit({ at, ...options }: PersonOptions = {}): Promise<PersonPage> {
    if (this.#browser === undefined) throw new Error('There is no browser.');
    const context = await this.#browser.newContext({
      locale: 'en-GB',
      viewport: { width: 1_280, height: 800 },
      // Pictures that move by themselves are not what is tested, and cost what other tests need.
      reducedMotion: 'reduce',
      ...options,
    });
    if (at !== undefined) {
      await context.addInitScript(
        ([lat, lng]) => {
          if (sessionStorage.getItem('nearby-friends:walk') === null)
            sessionStorage.setItem('nearby-friends:walk', `${lat},${lng}`);
        },
        [at.lat, at.lng] as const,
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
      const isOurs = protocol === 'data:' || protocol === 'blob:' || host === new URL(this.#deployment.url).host;
      if (!isOurs) this.#problems.push(`a request to ${protocol}//${host}`);
    });
    await page.goto(this.#deployment.url);
    return new PersonPage(page);
  }

  /** Somebody who has signed in. */
  async person(userId: string, options: PersonOptions = {}): Promise<PersonPage> {
    const person = await this.visit(options);
    await person.signIn(userId);
    return person;
  }
}

/** Chromium itself notes each connection that is lost; what the page makes of that is tested. */
function isOutage(text: string): boolean {
  return /WebSocket connection to .* failed|Failed to load resource/.test(text);
}

/** Call it once in a test file, outside of tests. */
export function useBrowsers(deployment: Deployment): Browsers {
  const browsers = new Browsers(deployment);
  beforeAll(() => browsers.start(), START_TIMEOUT_MS);
  afterEach(() => browsers.closePages());
  afterAll(() => browsers.stop(), START_TIMEOUT_MS);
  return browsers;
}
