/** A deployment for one test file: started before its tests, its clients closed after each, stopped in the end. */
import { afterAll, afterEach, beforeAll } from '@jest/globals';
import type { StackOptions } from '@nearby-friends/local-stack';
import { Deployment } from './deployment.ts';

const START_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 60_000;

/** Call it once in a test file, outside of tests. */
export function useDeployment(options: StackOptions = {}): Deployment {
  const deployment = new Deployment(options);
  beforeAll(() => deployment.start(), START_TIMEOUT_MS);
  afterEach(() => deployment.closeClients());
  afterAll(() => deployment.stop(), STOP_TIMEOUT_MS);
  return deployment;
}
