import { describe, expect, it } from '@jest/globals';
import { readConfig } from '../config/read-config.ts';
import { publicSettings } from './public-settings.ts';

const read = (env: NodeJS.ProcessEnv) => readConfig(publicSettings, env);

describe('PUBLIC_URL', () => {
  it.each([
    ['', ''],
    ['https://example.org', 'https://example.org'],
    ['https://example.org/', 'https://example.org'],
    ['https://Example.org:443/nearby/', 'https://example.org/nearby'],
    ['http://127.0.0.1:8080/a/b', 'http://127.0.0.1:8080/a/b'],
  ])('"%s" is read as "%s"', (given, publicUrl) => {
    expect(read({ PUBLIC_URL: given }).publicUrl).toBe(publicUrl);
  });

  it.each(['example.org', 'localhost:8080', '/nearby', 'ftp://example.org', 'https://example.org/?a', 'https://a@b.c'])(
    '"%s" is refused with what it must be',
    (given) => {
      expect(() => read({ PUBLIC_URL: given })).toThrow(
        /PUBLIC_URL: .* must be an http or https address such as https:\/\/example\.org\/nearby/,
      );
    },
  );
});

describe('ALLOWED_ORIGINS', () => {
  it('are read as browsers write them', () => {
    const given = 'https://App.Example.org:443, http://localhost:5173/,capacitor://localhost,';
    const allowedOrigins = ['https://app.example.org', 'http://localhost:5173', 'capacitor://localhost'];
    expect(read({ ALLOWED_ORIGINS: given }).allowedOrigins).toEqual(allowedOrigins);
    expect(read({}).allowedOrigins).toEqual([]);
  });

  it.each([
    '*',
    'null',
    'app.example.org',
    'https://*.example.org',
    'https://example.org/app',
    'https://a:b',
    'https://u@a.b',
  ])('"%s" is refused with what they must be', (given) => {
    expect(() => read({ ALLOWED_ORIGINS: `https://good.example,${given}` })).toThrow(
      /ALLOWED_ORIGINS: .* must be origins such as https:\/\/app\.example\.org, without a path and without \*/,
    );
  });
});
