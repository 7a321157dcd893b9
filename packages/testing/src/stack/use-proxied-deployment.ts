/** A deployment behind an operator's proxy that changes the host, known to it by PUBLIC_URL, for one test file. */
import { afterAll, afterEach, beforeAll } from '@jest/globals';
import {
  type FrontProxy,
  type FrontProxyProgram,
  findFreePort,
  type StackOptions,
  startFrontProxy,
} from '@nearby-friends/local-stack';
import { Deployment } from './deployment.ts';

export { availableFrontProxies } from '@nearby-friends/local-stack';

const START_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 60_000;

export interface ProxiedDeployment {
  /** Its own `url` is the address behind the proxy. */
  readonly deployment: Deployment;
  /** PUBLIC_URL is its `pathUrl`. The deployment does not know its `hostUrl`. */
  readonly front: FrontProxy;
}

/** Call it once in a test file, outside of tests. The properties throw before the tests begin. */
export function useProxiedDeployment({
  program = 'nginx',
  env = {},
  ...options
}: StackOptions & { readonly program?: FrontProxyProgram } = {}): ProxiedDeployment {
  let front: FrontProxy | undefined;
  let deployment: Deployment | undefined;
  beforeAll(async () => {
    const port = await findFreePort();
    front = await startFrontProxy({ program, target: `http://127.0.0.1:${port}`, changesHost: true });
    deployment = new Deployment({ ...options, port, env: { ...env, all: { PUBLIC_URL: front.pathUrl, ...env.all } } });
    await deployment.start();
  }, START_TIMEOUT_MS);
  afterEach(() => deployment?.closeClients());
  afterAll(async () => {
    await deployment?.stop();
    await front?.stop();
  }, STOP_TIMEOUT_MS);
  const started = <T>(part: T | undefined): T => {
    if (part === undefined) throw new Error('the deployment is not started');
    return part;
  };
  return {
    get deployment() {
      return started(deployment);
    },
    get front() {
      return started(front);
    },
  };
}
