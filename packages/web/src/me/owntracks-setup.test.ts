import { expect, it } from '@jest/globals';
import { owntracksLink, owntracksUrl } from './owntracks-setup.ts';

it('the address is below that of the page', () => {
  expect(owntracksUrl('https://example.org/nearby/')).toBe('https://example.org/nearby/api/v1/owntracks');
});

it('the link has the whole configuration, and nothing that the app would not undo', () => {
  const url = 'https://example.org/api/v1/owntracks';
  const link = owntracksLink({ url, userId: 'ann', secret: 'abc_-+/=' });
  expect(link).toMatch(/^owntracks:\/\/\/config\?inline=[\w%]+$/);
  const inline = decodeURIComponent(link.split('inline=')[1] ?? '');
  expect(JSON.parse(atob(inline))).toEqual({
    _type: 'configuration',
    mode: 3,
    url,
    auth: true,
    username: 'ann',
    password: 'abc_-+/=',
  });
});
