/** Stopped gateways keep their ports open: a client is led to the one that runs, and refused soon while none does. */
import { afterEach, expect, it } from '@jest/globals';
import { eventually } from '../plain/eventually.ts';
import { useDeployment } from '../stack/use-deployment.ts';

const deployment = useDeployment({ gateways: 3 });
/** The promise is 5 s; a handshake that nginx leads to a stopped gateway waits for 75 s. */
const SOON_MS = 20_000;

const signal = (name: 'SIGSTOP' | 'SIGCONT', from: number, end?: number) => {
  for (const { pid } of deployment.stack.gateways.slice(from, end)) process.kill(pid, name);
};

async function shakeHands(): Promise<{ status: number; text: string }> {
  const url = `${deployment.url}/socket.io/?EIO=4&transport=polling`;
  const response = await fetch(url, { signal: AbortSignal.timeout(SOON_MS) });
  return { status: response.status, text: await response.text() };
}

afterEach(() => signal('SIGCONT', 0));

it('[O3] a handshake finds the one gateway of three that runs, whichever ones nginx knows to be stopped', async () => {
  const count = deployment.stack.gateways.length;
  expect(count).toBe(3);
  for (let running = 0; running < count; running++) {
    signal('SIGSTOP', 0, running);
    signal('SIGSTOP', running + 1);
    signal('SIGCONT', running, running + 1);
    for (let i = 0; i < 3; i++) {
      expect(await shakeHands()).toMatchObject({ status: 200, text: expect.stringContaining('"sid"') });
    }
  }
}, 120_000);

it('[O3] a handshake is refused while all are stopped, and accepted again once they run', async () => {
  signal('SIGSTOP', 0);
  for (let i = 0; i < 3; i++) {
    const { status, text } = await shakeHands();
    expect([status, JSON.parse(text)]).toMatchObject([503, { code: 'unavailable', retryable: true }]);
  }
  signal('SIGCONT', 0);
  await eventually(async () => expect((await shakeHands()).status).toBe(200));
}, 120_000);
