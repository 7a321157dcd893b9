/** Which pages of other sites may call the API: those of ALLOWED_ORIGINS, with a token and never with cookies. */
import { describe, expect, it } from '@jest/globals';
import { type FriendGraphOfTest, useFriendGraph } from '../friend-graph.testing.ts';
import { signIn } from './call-api.testing.ts';

const APP = 'https://app.example';
const WEB_VIEW = 'capacitor://localhost';
const services = useFriendGraph();

const start = (env: NodeJS.ProcessEnv = {}) => services.start({ ALLOWED_ORIGINS: `${APP}, ${WEB_VIEW}`, ...env });

/** Sends a request as a page of `origin` would. */
async function from(
  origin: string,
  service: FriendGraphOfTest,
  path: string,
  { method = 'GET', token, headers = {} }: { method?: string; token?: string; headers?: Record<string, string> } = {},
) {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(service.apiUrl + path, { method, headers: { origin, ...authorization, ...headers } });
  const header = (name: string) => response.headers.get(name);
  return { status: response.status, header, body: await response.text() };
}

const PREFLIGHT = {
  'access-control-request-method': 'PATCH',
  'access-control-request-headers': 'authorization,content-type,x-app-version',
};

describe('[A7] a page of another site', () => {
  it('of ALLOWED_ORIGINS may call the API and read every response, also failures and Retry-After', async () => {
    const service = await start({ USER_REQUESTS_PER_MINUTE: '1' });
    const token = await signIn(service, 'ann');
    for (const origin of [APP, WEB_VIEW]) {
      const responses = [
        await from(origin, service, '/me', { token }),
        await from(origin, service, '/me', { token }),
        await from(origin, service, '/me'),
        await from(origin, service, '/nothing'),
        await from(origin, service, '/..%2fme'),
        await from(origin, service, '/me', { method: 'POST' }),
      ];
      for (const { header } of responses) {
        expect(header('access-control-allow-origin')).toBe(origin);
        expect(header('access-control-expose-headers')).toBe('Retry-After');
        expect(header('access-control-allow-credentials')).toBeNull();
        expect(header('vary')).toBe('Origin');
      }
      expect(responses.slice(1).map(({ status }) => status)).toEqual([429, 401, 404, 400, 405]);
      expect(responses[1]?.header('retry-after')).toMatch(/^\d+$/);
    }
  });

  it('of ALLOWED_ORIGINS is told in a preflight request that it may use each method, a token and its own headers', async () => {
    const service = await start();
    const { status, header, body } = await from(APP, service, '/me', { method: 'OPTIONS', headers: PREFLIGHT });
    expect([status, body]).toEqual([204, '']);
    expect(header('access-control-allow-origin')).toBe(APP);
    expect(header('access-control-allow-methods')?.split(',').sort()).toEqual([
      'DELETE',
      'GET',
      'HEAD',
      'PATCH',
      'POST',
      'PUT',
    ]);
    expect(header('access-control-allow-headers')).toBe('authorization,content-type,x-app-version');
    expect(header('access-control-max-age')).toBe('600');
    expect(header('access-control-allow-credentials')).toBeNull();
    expect(header('vary')).toMatch(/Origin/);
  });

  it.each([
    'https://evil.example',
    'https://app.example.evil.example',
    'http://app.example',
    'https://app.example:8443',
    'null',
  ])(
    'of %s may read nothing and gets no permission, and a cache learns that this depends on the origin',
    async (origin) => {
      const service = await start();
      const token = await signIn(service, 'ann');
      const responses = [
        await from(origin, service, '/me', { token }),
        await from(origin, service, '/me', { method: 'OPTIONS', headers: PREFLIGHT }),
      ];
      for (const { header } of responses) {
        expect(header('access-control-allow-origin')).toBeNull();
        expect(header('vary')).toMatch(/Origin/);
      }
    },
  );

  it('may read nothing where no origin is allowed', async () => {
    const service = await services.start();
    const preflight = await from(APP, service, '/me', { method: 'OPTIONS', headers: PREFLIGHT });
    expect(preflight.status).toBe(405);
    for (const { header } of [preflight, await from(APP, service, '/me')]) {
      expect(header('access-control-allow-origin')).toBeNull();
      expect(header('access-control-allow-methods')).toBeNull();
    }
  });

  it('is counted with its preflight requests under one route', async () => {
    const service = await start();
    await from(APP, service, '/friends/bob', { method: 'OPTIONS', headers: PREFLIGHT });
    const metrics = await (await fetch(`${service.opsUrl}/metrics`)).text();
    expect(metrics).toMatch(/nearby_api_requests_total\{method="other",route="preflight",status="204"\} 1/);
    expect(service.logLines.some((line) => line.includes('/friends/bob'))).toBe(false);
  });
});
