import { describe, expect, it } from '@jest/globals';
import { readConfig } from '@nearby-friends/service-kit';
import { checkVapid, settings } from './settings.ts';

const KEY = 'yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw';
const read = (env: NodeJS.ProcessEnv) => readConfig(settings, { ...env });

describe('the settings of alerts', () => {
  it.each(['https://nearby.example.org', 'mailto:ops@example.org'])('take %s as contact', (VAPID_SUBJECT) => {
    expect(() => checkVapid(read({ VAPID_PRIVATE_KEY: KEY, VAPID_SUBJECT }))).not.toThrow();
  });

  it.each([
    ...[
      'https://localhost',
      'https://localhost:8443',
      'mailto:root@localhost',
      'http://example.org',
      'ops@example.org',
    ],
    ...['https://127.0.0.1', 'mailto:', 'https://nearby.local'],
  ])('refuse %s', (VAPID_SUBJECT) => {
    expect(() => read({ VAPID_PRIVATE_KEY: KEY, VAPID_SUBJECT })).toThrow(/VAPID_SUBJECT: /);
  });

  it('refuse a key without a contact, and one that is none without showing it', () => {
    expect(() => checkVapid(read({ VAPID_PRIVATE_KEY: KEY }))).toThrow(/VAPID_SUBJECT is not/);
    expect(() => read({ VAPID_PRIVATE_KEY: `${KEY}x` })).toThrow(/VAPID_PRIVATE_KEY: the given value must be 32 bytes/);
    expect(() => checkVapid(read({}))).not.toThrow();
  });
});
