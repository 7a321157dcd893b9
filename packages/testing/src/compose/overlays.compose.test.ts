/** Every overlay says something that compose understands, also with others, in any order, and what has to be given by name. */
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type Configured, composeConfig, ROOT } from './compose-config.ts';

/** What each overlay needs. */
const NEEDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'development.yml': {},
  'external-postgres.yml': { DATABASE_URL: 'postgresql://nearby@database.test/nearby?sslmode=verify-full' },
  'external-redis.yml': { REDIS_URL: 'rediss://redis.test' },
  'jwks.yml': { JWKS_URL: 'https://keys.test/jwks.json' },
  'observability.yml': { GRAFANA_PASSWORD: 'x' },
  'production.yml': { JWT_SECRET_FILE: '/dev/null', POSTGRES_PASSWORD_FILE: '/dev/null' },
  'test.yml': {},
  'tls.yml': { TLS_FOLDER: '/tmp' },
  'tracing.yml': {},
};
const OVERLAYS = Object.keys(NEEDS);
/** Every set of these is configured. The others are not for operators. */
const COMBINED = OVERLAYS.filter((overlay) => overlay !== 'test.yml' && overlay !== 'development.yml');
const AT_ONCE = 4;

function neededBy(overlays: readonly string[]): Record<string, string> {
  const needs = Object.assign({}, ...overlays.map((overlay) => NEEDS[overlay])) as Record<string, string>;
  const { JWT_SECRET_FILE, ...others } = needs;
  return JWT_SECRET_FILE === undefined || overlays.includes('jwks.yml') ? others : needs;
}

/** What compose, or the engine before it starts anything, complains of. */
async function complaintsOf(overlays: readonly string[], env: Readonly<Record<string, string>>): Promise<string> {
  try {
    const { secrets = {} } = await composeConfig(overlays, env);
    const absent = Object.values(secrets).filter(({ file }) => !existsSync(file));
    return absent.map(({ file }) => path.relative(ROOT, file)).join(' ');
  } catch (error) {
    return String(error);
  }
}

/** The same for lists with the same items, since their order follows that of the overlays and has no meaning. */
function withSortedLists(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => JSON.stringify(withSortedLists(item))).sort();
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([name]) => !name.startsWith('x-'));
  return Object.fromEntries(entries.map(([name, item]) => [name, withSortedLists(item)]));
}

function subsets(names: readonly string[]): string[][] {
  const [first, ...rest] = names;
  if (first === undefined) return [[]];
  return subsets(rest).flatMap((set) => [set, [first, ...set]]);
}

async function forEach<T>(items: readonly T[], check: (item: T) => Promise<void>): Promise<void> {
  const rest = [...items];
  const work = async () => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await check(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

const environmentOf = ({ services }: Configured, service: string) => services[service]?.environment ?? {};
const valuesOf = ({ services }: Configured) =>
  Object.values(services).flatMap(({ environment = {} }) => Object.values(environment));

/** Networks of a service that lead out. */
function waysOut({ services, networks }: Configured, service: string): string[] {
  return Object.keys(services[service]?.networks ?? {}).filter((name) => !networks[name]?.internal);
}

function checkMeaning(overlays: readonly string[], configured: Configured): void {
  const has = (overlay: string) => overlays.includes(overlay);
  const services = Object.keys(configured.services);
  if (has('production.yml')) {
    expect(valuesOf(configured).filter((value) => value.includes('only-for-trying'))).toEqual([]);
    expect(environmentOf(configured, 'friend-graph')['DEV_TOKENS']).toBe('false');
  }
  if (has('jwks.yml')) {
    for (const service of ['gateway', 'friend-graph', 'ingest']) {
      expect(environmentOf(configured, service)).toMatchObject({
        JWKS_URL: 'https://keys.test/jwks.json',
        JWT_SECRET: '',
      });
      expect(waysOut(configured, service)).toEqual(['edge']);
    }
    expect(configured.secrets?.['jwt_secret']?.file ?? '/empty/').toMatch('/empty/');
  }
  expect(services.includes('redis')).toBe(!has('external-redis.yml'));
  expect(services.includes('postgres')).toBe(!has('external-postgres.yml'));
  for (const service of ['gateway', 'location', 'friend-graph', 'ingest', 'alerts']) {
    const url = has('external-redis.yml') ? 'rediss://redis.test' : 'redis://redis:6379';
    expect(environmentOf(configured, service)['REDIS_URL']).toBe(url);
    if (has('external-redis.yml')) expect(waysOut(configured, service)).toEqual(['edge']);
  }
  for (const service of ['friend-graph', 'migrate']) {
    const { DATABASE_URL } = environmentOf(configured, service);
    expect(DATABASE_URL).toMatch(has('external-postgres.yml') ? /@database\.test/ : /@postgres:5432/);
    if (has('external-postgres.yml')) expect(waysOut(configured, service)).toEqual(['edge']);
  }
  expect(configured.services['nginx']?.ports?.map(({ target }) => target)).toEqual([has('tls.yml') ? 8443 : 8080]);
}

/** An editor replaces a file, and a container that has mounted that file alone keeps the old one. */
async function checkMounts(configured: Configured): Promise<void> {
  for (const { volumes = [] } of Object.values(configured.services)) {
    for (const { type, source } of volumes) {
      if (type === 'bind') expect([source, (await stat(source)).isDirectory()]).toEqual([source, true]);
    }
  }
}

describe('the overlays', () => {
  it('are these, and those that need something say what', async () => {
    const files = (await readdir(`${ROOT}/infra/docker`)).filter((name) => name.endsWith('.yml'));
    expect(files.sort()).toEqual(OVERLAYS);
    for (const overlay of OVERLAYS) {
      expect([overlay, await complaintsOf([overlay], neededBy([overlay]))]).toEqual([overlay, '']);
      for (const need of Object.keys(NEEDS[overlay] ?? {})) {
        const { [need]: _, ...others } = neededBy([overlay]);
        expect(await complaintsOf([overlay], others)).toMatch(need);
      }
    }
  }, 60_000);

  it('take the addresses of external servers from files, too', async () => {
    const files = { REDIS_URL_FILE: '/dev/null', DATABASE_URL_FILE: '/dev/null' };
    const configured = await composeConfig(['external-redis.yml', 'external-postgres.yml', 'production.yml'], {
      ...files,
      JWT_SECRET_FILE: '/dev/null',
      POSTGRES_PASSWORD_FILE: '/dev/null',
    });
    expect(configured.secrets).toMatchObject({ redis_url: { file: '/dev/null' }, database_url: { file: '/dev/null' } });
  });

  it('mean the same in any order, in every combination, and need nothing that the combination does not use', async () => {
    await forEach(subsets(COMBINED), async (overlays) => {
      const env = neededBy(overlays);
      const configured = await composeConfig(overlays, env);
      const reversed = await composeConfig(overlays.toReversed(), env);
      expect([overlays, withSortedLists(reversed)]).toEqual([overlays, withSortedLists(configured)]);
      checkMeaning(overlays, configured);
      const secrets = Object.values(configured.secrets ?? {});
      expect(secrets.filter(({ file }) => !existsSync(file))).toEqual([]);
      await checkMounts(configured);
    });
  }, 300_000);

  it('mean the same in either order, two by two', async () => {
    const pairs = OVERLAYS.flatMap((one, index) => OVERLAYS.slice(index + 1).map((other) => [one, other]));
    await forEach(pairs, async (pair) => {
      const env = neededBy(pair);
      const configured = await composeConfig(pair, env);
      expect([pair, withSortedLists(await composeConfig(pair.toReversed(), env))]).toEqual([
        pair,
        withSortedLists(configured),
      ]);
      checkMeaning(pair, configured);
    });
  }, 120_000);
});
