/** Tests that a test hears each message of a page once, also one that others have followed, and none that never came. */
import { expect, it } from '@jest/globals';
import { describeInBrowser } from '@nearby-friends/testing/chromium-here';
import { useBrowsers } from './browsers.ts';
import type { PersonPage } from './person-page.ts';

const SHORT_MS = 300;

describeInBrowser('what a page has announced', () => {
  const browsers = useBrowsers({ url: 'data:text/html,<p data-live="status-message"></p><p data-live="nearby"></p>' });
  const say = ({ page }: PersonPage, text: string, region = 'status-message') =>
    page.evaluate(
      ([where, what]) => {
        for (const element of document.querySelectorAll(`[data-live="${where}"]`)) element.textContent = what;
      },
      [region, text] as const,
    );

  it('is heard once, in order, and by its region', async () => {
    const person = await browsers.visit();
    for (const text of ['first', 'second', 'second\u00a0']) await say(person, text);
    await person.heard('first');
    await person.heard(/^sec/);
    await person.heard('second');
    const later = person.heardNearby('third');
    await say(person, 'third');
    await say(person, 'third', 'nearby');
    await later;
    await person.heard('third');
    person.page.setDefaultTimeout(SHORT_MS);
    const heardBefore = person.heard('third');
    await expect(heardBefore).rejects.toThrow(/^status-message did not say third, but .*"text":"first"/);
  });
});
