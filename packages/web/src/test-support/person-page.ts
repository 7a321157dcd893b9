/** Page object: uses the page by its visible texts and accessible names. */
import type { Locator, Page } from 'playwright-core';

type TabName = 'Nearby' | 'Friends' | 'Who sees me';

export class PersonPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** The live region for friends who come near and leave. */
  get announced(): Locator {
    return this.page.locator('[data-live="nearby"]');
  }

  /** The live region for results of actions. */
  get statusMessage(): Locator {
    return this.page.locator('[data-live="status-message"]');
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

  /** The centre of an element in CSS pixels of the window. */
  async middleOf(element: Locator): Promise<{ x: number; y: number }> {
    const box = await element.boundingBox();
    if (box === null) throw new Error('The element is not visible.');
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  }
}
