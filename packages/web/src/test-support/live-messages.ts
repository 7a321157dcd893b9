/** Keeps in a page what its live regions say, so that a test can wait for a sentence that others have followed. */
import type { BrowserContext, Page } from 'playwright-core';

export type LiveRegion = 'status-message' | 'nearby';

interface LiveMessages {
  readonly said: { readonly region: string; readonly text: string }[];
  /** For each region the index in `said` of the first message that no test has heard yet. */
  readonly unheard: Record<string, number>;
}

declare global {
  /** In the page. */
  var liveMessages: LiveMessages;
}

/** For every page of the context, from its start on. */
export async function recordLiveMessages(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const messages: LiveMessages = { said: [], unheard: {} };
    globalThis.liveMessages = messages;
    const last: Record<string, string> = {};
    new MutationObserver(() => {
      for (const element of document.querySelectorAll<HTMLElement>('[data-live]')) {
        const [region = '', text = ''] = [element.dataset['live'], element.textContent];
        if (text !== '' && text !== last[region]) messages.said.push({ region, text: text.trim() });
        last[region] = text;
      }
    }).observe(document, { subtree: true, childList: true, characterData: true });
  });
}

/** Resolves when the region says the text, or has said it since the sentence that was heard last. */
export async function hear(page: Page, region: LiveRegion, text: string | RegExp): Promise<void> {
  const wanted = typeof text === 'string' ? { text } : { source: text.source, flags: text.flags };
  try {
    await page.waitForFunction(
      ({ where, sought }) => {
        const { said, unheard } = globalThis.liveMessages;
        const index = said.findIndex(
          (message, at) =>
            at >= (unheard[where] ?? 0) &&
            message.region === where &&
            ('text' in sought
              ? message.text === sought.text
              : new RegExp(sought.source, sought.flags).test(message.text)),
        );
        if (index < 0) return false;
        unheard[where] = index + 1;
        return true;
      },
      { where: region, sought: wanted },
    );
  } catch (cause) {
    const said = await page.evaluate(() => globalThis.liveMessages.said);
    throw new Error(`${region} did not say ${text}, but ${JSON.stringify(said)}`, { cause });
  }
}
