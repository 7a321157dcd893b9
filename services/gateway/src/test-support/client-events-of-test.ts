/** The events of one client, with receivers and a clock that the test controls. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { type Ack, locationUpdateSchema, parseUserId } from '@nearby-friends/protocol';
import { ManualClock, silentLogger, type TokenVerifier } from '@nearby-friends/service-kit';
import { ClientEvents } from '../inbound/client-events.ts';
import { DeviceReceiver } from '../inbound/device-receiver.ts';
import { parsePayload } from '../inbound/parse-payload.ts';
import { RadiusReceiver } from '../inbound/radius-receiver.ts';
import { TokenReceiver } from '../inbound/token-receiver.ts';
import { ViewingReceiver } from '../inbound/viewing-receiver.ts';
import { testMetrics, testSession } from './test-session.ts';

const ANN = parseUserId('ann');
export const EVENTS_BURST = 5;
/** A client that continues after this many rejected events is closed. */
export const FORGIVEN = 50;

export function setUpClientEvents(
  options: {
    receivePosition?: () => Promise<{ at: number; shared: boolean }>;
    verify?: TokenVerifier['verify'];
    eventsBurst?: number;
    revokedBefore?: number;
  } = {},
) {
  const clock = new ManualClock();
  const { revokedBefore = 0 } = options;
  const { session, transport } = testSession({ user: ANN, tokenExpiresAt: 1_000 });
  const { metrics, metric } = testMetrics();
  const taken: unknown[] = [];
  const radii: number[] = [];
  const shares: string[] = [];
  const looks: boolean[] = [];
  const events = new ClientEvents({
    positions: {
      receive: async (_, payload) => {
        taken.push(parsePayload(locationUpdateSchema, payload));
        return options.receivePosition ? await options.receivePosition() : { at: 42, shared: true };
      },
    },
    devices: new DeviceReceiver({ positions: { share: async () => void shares.push(session.id) } }),
    radii: new RadiusReceiver({
      rpc: { call: async () => ({ version: 1 }) as never },
      radii: {
        apply: (_, { radiusMeters }) => {
          radii.push(radiusMeters);
        },
      },
    }),
    tokens: new TokenReceiver({
      verifier: { verify: options.verify ?? (async () => ({ userId: ANN, issuedAt: 500, expiresAt: 2_000 })) },
      ledger: { isRevoked: (_, issuedAt) => (issuedAt ?? 0) <= revokedBefore, isErased: () => false },
    }),
    viewing: new ViewingReceiver({ leases: { set: (_, isViewing) => void looks.push(isViewing) } }),
    limits: { eventsPerSecond: 1, eventsBurst: options.eventsBurst ?? EVENTS_BURST },
    metrics,
    clock,
    logger: silentLogger,
  });
  const receive = events.receiverFor(session);
  return {
    clock,
    session,
    transport,
    taken,
    radii,
    shares,
    looks,
    metric,
    receive,
    /** Sends an event and waits for what it is answered. */
    async ask(event: string, ...payload: unknown[]): Promise<Ack<Record<string, unknown>>> {
      const answers: Ack<Record<string, unknown>>[] = [];
      receive(event, [...payload, (answer: Ack<Record<string, unknown>>) => answers.push(answer)]);
      await nextTurn();
      expect(answers).toHaveLength(1);
      const [answer] = answers;
      if (!answer) throw new Error('no answer');
      return answer;
    },
  };
}

export const PLACE = { lat: 51.5, lng: -0.1 };
