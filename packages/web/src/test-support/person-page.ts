/** Page object: uses the page by its visible texts and accessible names. */
import type { Locator, Page } from 'playwright-core';
import { hear } from './live-messages.ts';

type TabName = 'Nearby' | 'Friends' | 'Who sees me';

export class PersonPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /**
   * Resolves when the page says the result of an action, also when another message has followed. Each message is heard
   * once, in the order in which they come.
   */
  async heard(text: string | RegExp): Promise<void> {
    await hear(this.page, 'status-message', text);
  }

  /** As {@link heard}, of friends who come near and leave. */
  async heardNearby(text: string | RegExp): Promise<void> {
    await hear(this.page, 'nearby', text);
  }

  get me(): Locator {
    return this.page.getByRole('button', { name: /^My position/ });
  }

  get radiusHandle(): Locator {
    return this.page.getByRole('slider', { name: 'Radius on the map' });
  }

  async signIn(userId: string): Promise<void> {
    await this.page.getByLabel('Who are you?').fill(userId);
    await this.page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await this.me.waitFor();
  }

  async open(tab: TabName): Promise<void> {
    await this.page.getByRole('tab', { name: tab }).click();
  }

  /** The list row of a friend. */
  row(name: string): Locator {
    return this.page.locator('.person-button').filter({ has: this.page.getByText(name, { exact: true }) });
  }

  /** The content of that row: name, age, precision, distance. */
  async rowText(name: string): Promise<string> {
    const parts = ['.person-name', '.person-age', '.chip', '.distance'];
    return (await Promise.all(parts.map((part) => this.row(name).locator(part).textContent()))).join(', ');
  }

  /** The names on the list in order. */
  async namesNear(): Promise<string[]> {
    return await this.page.locator('.person-button .person-name').allTextContents();
  }

  /** Walks in steps of 300 m. */
  async walk(key: 'ArrowUp' | 'ArrowDown' | 'ArrowLeft' | 'ArrowRight', steps: number): Promise<void> {
    await this.me.focus();
    for (let step = 0; step < steps; step++) await this.page.keyboard.press(`Shift+${key}`);
  }

  /**
   * Resolves when the map shows the radius, metres, and stands still, so that {@link middleOf} holds for a click. Call it
   * once the list has come, and the radius with it.
   */
  async untilMapShows(radiusMeters: number): Promise<void> {
    await this.page.locator('.maplibregl-canvas').waitFor();
    await this.me.waitFor();
    await this.radiusHandle.and(this.page.locator(`[aria-valuenow="${Math.round(radiusMeters)}"]`)).waitFor();
    // The map zooms to a new radius at once and draws it in the next frame, and friends in the one after that.
    await this.page.evaluate(async () => {
      for (let frame = 0; frame < 3; frame++) await new Promise((resolve) => requestAnimationFrame(resolve));
    });
  }

  /** The centre of an element in CSS pixels of the window. */
  async middleOf(element: Locator): Promise<{ x: number; y: number }> {
    const box = await element.boundingBox();
    if (box === null) throw new Error('The element is not visible.');
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  }
}
