import { describe, expect, it } from '@jest/globals';
import { SOCKET_TIMEOUT_MS } from '../redis/redis-connection.ts';
import { HEARTBEAT_INTERVAL_MS, INSTANCE_EXPIRY_MS, SUSPICION_MS } from './instance-registry.ts';
import { ATTEMPT_TIMEOUT_MS, MAX_ATTEMPTS } from './rpc.ts';

describe('the constants fit together', () => {
  it('an instance may miss two heartbeats', () => {
    expect(INSTANCE_EXPIRY_MS).toBeGreaterThan(2 * HEARTBEAT_INTERVAL_MS);
  });

  it('an instance that does not respond is suspected for longer than one attempt takes', () => {
    expect(SUSPICION_MS).toBeGreaterThan(ATTEMPT_TIMEOUT_MS);
  });

  it('a suspicion ends before the instance expires', () => {
    expect(SUSPICION_MS).toBeLessThan(INSTANCE_EXPIRY_MS);
  });

  it('a request fails before its connection times out', () => {
    expect(MAX_ATTEMPTS * ATTEMPT_TIMEOUT_MS).toBeLessThan(SOCKET_TIMEOUT_MS);
  });
});
