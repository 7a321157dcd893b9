import { describe, expect, it } from '@jest/globals';
import { SOCKET_TIMEOUT_MS } from '../redis/redis-connection.ts';
import { HEARTBEAT_INTERVAL_MS, INSTANCE_EXPIRY_MS, SUSPICION_MS } from './instance-registry.ts';
import { ATTEMPT_TIMEOUT_MS, MAX_ATTEMPTS } from './rpc.ts';

describe('the constants fit together', () => {
  it('an instance may miss two beats', () => {
    expect(INSTANCE_EXPIRY_MS).toBeGreaterThan(2 * HEARTBEAT_INTERVAL_MS);
  });

  it('an instance that does not answer is suspected for longer than a question takes to go elsewhere', () => {
    expect(SUSPICION_MS).toBeGreaterThan(ATTEMPT_TIMEOUT_MS);
  });

  it('a silent instance is asked no more before it has expired', () => {
    expect(SUSPICION_MS).toBeLessThan(INSTANCE_EXPIRY_MS);
  });

  it('a question is given up before the connection it went over', () => {
    expect(MAX_ATTEMPTS * ATTEMPT_TIMEOUT_MS).toBeLessThan(SOCKET_TIMEOUT_MS);
  });
});
