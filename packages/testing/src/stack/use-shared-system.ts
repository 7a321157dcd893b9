/** The shared stack for one test file; its clients are closed after each test. */
import { afterEach } from '@jest/globals';
import { SharedSystem } from './shared-system.ts';

/** Call it once in a test file, outside of tests. */
export function useSharedSystem(): SharedSystem {
  const system = new SharedSystem();
  afterEach(() => system.closeClients());
  return system;
}
