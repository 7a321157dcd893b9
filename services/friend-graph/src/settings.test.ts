import { describe, expect, it } from '@jest/globals';
import {
  ConfigError,
  commonSettings,
  identifyProcess,
  Metrics,
  noTracer,
  readConfig,
  silentLogger,
} from '@nearby-friends/service-kit';
import { composeFriendGraph } from './compose.ts';
import { settings } from './settings.ts';

function compose(env: NodeJS.ProcessEnv) {
  const config = readConfig(
    { ...commonSettings, ...settings },
    {
      PORT: '0',
      OPS_PORT: '0',
      DATABASE_URL: 'postgresql://user@127.0.0.1:1/nothing',
      REDIS_URL: 'redis://127.0.0.1:1',
      JWT_SECRET: 'x'.repeat(32),
      ...env,
    },
  );
  return composeFriendGraph({
    config,
    ...identifyProcess('test'),
    logger: silentLogger,
    metrics: new Metrics(),
    tracer: noTracer,
  });
}

describe('the settings', () => {
  it('[A1] refuses to issue tokens to any caller in production, with the remedy', () => {
    const open = () => compose({ NODE_ENV: 'production', DEV_TOKENS: 'true' });
    expect(open).toThrow(ConfigError);
    expect(open).toThrow(/any caller get a token for any user\. Unset DEV_TOKENS/);
  });

  it('refuses to issue tokens that would name other users than the tokens of the identity provider', () => {
    for (const env of [{ JWT_USER_CLAIM: 'email' }, { JWT_USER_ID_FORMAT: 'escaped' }]) {
      expect(() => compose({ ...env, DEV_TOKENS: 'true' })).toThrow(/Unset JWT_USER_CLAIM and JWT_USER_ID_FORMAT/);
      expect(() => compose(env)).not.toThrow();
    }
  });

  it('accepts each of the two alone', () => {
    expect(() => compose({ NODE_ENV: 'production' })).not.toThrow();
    expect(() => compose({ NODE_ENV: 'development', DEV_TOKENS: 'true' })).not.toThrow();
  });

  it('does not issue tokens by default', () => {
    expect(settings.devTokens.default).toBe('false');
  });

  it('starts membership and readiness last', () => {
    const names = compose({}).map(({ name }) => name);
    expect(names.slice(-3)).toEqual(['http server', 'membership', 'readiness gate']);
    expect(names.indexOf('rpc')).toBeLessThan(names.indexOf('http server'));
  });
});
