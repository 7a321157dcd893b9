import { describe, expect, it } from '@jest/globals';
import { identifyProcess } from './identify-process.ts';

describe('the identity of a process', () => {
  it('keeps the configured name and adds to it what no other process has', () => {
    const [first, second] = [identifyProcess('gateway-1'), identifyProcess('gateway-1')];
    expect([first.replicaName, second.replicaName]).toEqual(['gateway-1', 'gateway-1']);
    for (const { instanceId } of [first, second]) expect(instanceId).toMatch(/^gateway-1\/[0-9a-f]{8}$/);
    expect(first.instanceId).not.toBe(second.instanceId);
  });

  it('cannot be that of a replica whose configured name contains the other’s', () => {
    // No configured name contains the separator.
    const ids = ['a', 'a-1', 'a.1'].map((name) => identifyProcess(name).instanceId.split('/')[0]);
    expect(ids).toEqual(['a', 'a-1', 'a.1']);
  });

  it('is one generated name where none is configured', () => {
    const { replicaName, instanceId } = identifyProcess('');
    expect(instanceId).toBe(replicaName);
    expect(replicaName).toMatch(/^[0-9a-f]{12}$/);
    expect(identifyProcess('').instanceId).not.toBe(instanceId);
  });
});
