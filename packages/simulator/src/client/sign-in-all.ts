/** Signs many users in, a few at a time, each from its own address. */
import { RemedyError } from '@nearby-friends/local-stack';
import type { UserId } from '@nearby-friends/protocol';
import type { WallClock } from '../plain/wall-clock.ts';
import { signIn } from './sign-in.ts';
import { type ClientObserver, SimulatedClient, type TransportChoice } from './simulated-client.ts';
import { sourceAddress } from './source-address.ts';

/** Enough to be quick, few enough not to resemble an attack. */
const AT_ONCE = 16;
const CONNECT_TIMEOUT_MS = 20_000;

interface SignInAllOptions {
  readonly users: readonly UserId[];
  readonly url: string;
  readonly transport: TransportChoice;
  readonly radiusMeters: number;
  readonly setsRadius: boolean;
  readonly clock: WallClock;
  readonly observer: ClientObserver;
  /** Called with each client once it is connected; from then on it is the receiver's to close. */
  readonly onConnected: (client: SimulatedClient) => void;
}

/**
 * Resolves when all are connected. Throws {@link RemedyError} when one gets no token or cannot connect; all are closed
 * then.
 */
export async function signInAll(options: SignInAllOptions): Promise<void> {
  const clients = options.users.map((user, index) => createClient(user, sourceAddress(index), options));
  const waiting = [...clients];
  const worker = async (): Promise<void> => {
    for (let client = waiting.shift(); client !== undefined; client = waiting.shift()) {
      await connect(client, options);
      options.onConnected(client);
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  } catch (error) {
    waiting.length = 0;
    for (const client of clients) client.close();
    throw error;
  }
}

function createClient(user: UserId, address: string, options: SignInAllOptions): SimulatedClient {
  const { url, clock } = options;
  const fetchToken = (): Promise<string> => signIn(user, { url, sourceAddress: address, clock });
  return new SimulatedClient({ ...options, user, sourceAddress: address, fetchToken });
}

async function connect(client: SimulatedClient, { url }: SignInAllOptions): Promise<void> {
  const tooLate = AbortSignal.timeout(CONNECT_TIMEOUT_MS);
  try {
    await client.connect(tooLate);
  } catch (cause) {
    if (!tooLate.aborted) throw cause;
    throw new RemedyError(
      `User ${client.user} could not connect to ${url} within ${CONNECT_TIMEOUT_MS / 1_000} s (${client.lastRefusal ?? 'no response'}).`,
      'Check the deployment’s gateways: are they ready, and does nginx lead to them?',
      { cause },
    );
  }
}
