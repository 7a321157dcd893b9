import { describe, expect, it } from '@jest/globals';
import type { Page } from './api-resources.ts';
import { createApi } from './create-api.ts';

/** An API whose responses are these pages in order. */
function apiOfPages(pages: Page<{ id: string }>[]) {
  const paths: string[] = [];
  const api = createApi({
    url: 'https://nearby.example.org',
    token: 'x',
    async fetch(url) {
      paths.push(new URL(url).search);
      return { ok: true, status: 200, headers: new Headers(), text: async () => JSON.stringify(pages.shift()) };
    },
  });
  return { api, paths };
}

describe('a paged list', () => {
  const pages = () => [
    { items: [{ id: 'a' }, { id: 'b' }], nextCursor: 'after b' },
    { items: [{ id: 'c' }], nextCursor: null },
  ];

  it('is read page by page', async () => {
    const { api, paths } = apiOfPages(pages());
    const first = await api.friends.page({ limit: 2 });
    const second = await api.friends.page({ limit: 2, cursor: first.nextCursor ?? '' });
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    expect(paths).toEqual(['?limit=2', '?limit=2&cursor=after+b']);
  });

  it('is iterated lazily: no page is requested before it is needed', async () => {
    const { api, paths } = apiOfPages(pages());
    const ids: string[] = [];
    for await (const { id } of api.blocks.all()) {
      ids.push(id);
      if (id === 'b') break;
    }
    expect(ids).toEqual(['a', 'b']);
    expect(paths.length).toBe(1);
    const whole = apiOfPages(pages());
    for await (const { id } of whole.api.viewers.all({ limit: 2 })) ids.push(id);
    expect(ids).toEqual(['a', 'b', 'a', 'b', 'c']);
    expect(whole.paths).toEqual(['?limit=2', '?limit=2&cursor=after+b']);
  });
});

describe('what the user grants a future friend', () => {
  it('is sent with the request and with the acceptance, and nothing is sent without a choice', async () => {
    const bodies: unknown[] = [];
    const api = createApi({
      url: 'https://nearby.example.org',
      token: 'x',
      async fetch(_url, { body }) {
        bodies.push(JSON.parse(body ?? 'null'));
        return { ok: true, status: 204, headers: new Headers(), text: async () => '' };
      },
    });
    await api.requests.send('bob', { precision: 'approximate', until: 5 });
    await api.requests.send('bob', { until: null, signal: undefined });
    await api.requests.send('bob');
    await api.requests.accept('bob', { precision: 'hidden' });
    await api.requests.accept('bob');
    expect(bodies).toEqual([
      { to: 'bob', precision: 'approximate', until: 5 },
      { to: 'bob', until: null },
      { to: 'bob' },
      { precision: 'hidden' },
      {},
    ]);
  });
});

describe('an invalid id', () => {
  it.each(['', '.', '..', '../me', 'a/b', 'a?b', 'ä', 'x'.repeat(65)])(
    'is refused before it can change the path: "%s"',
    async (id) => {
      const { api, paths } = apiOfPages([]);
      for (const call of [
        api.friends.remove,
        api.requests.accept,
        api.requests.decline,
        api.requests.withdraw,
        api.blocks.remove,
        api.devices.remove,
      ]) {
        await expect(call(id)).rejects.toMatchObject({ code: 'invalid_payload', retryable: false });
      }
      await expect(api.viewers.grant(id, { precision: 'hidden' })).rejects.toMatchObject({ code: 'invalid_payload' });
      expect(paths).toEqual([]);
    },
  );
});
