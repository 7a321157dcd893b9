import { describe, expect, it } from '@jest/globals';
import { TIMING_ROUNDS } from '@nearby-friends/testing/tiers';
import { type FriendGraphOfTest, useFriendGraph } from '../friend-graph.testing.ts';
import { call, signIn } from './call-api.testing.ts';

const services = useFriendGraph();
const { database } = services;

/** As many accounts as ask one id at once. */
const ASKERS = Array.from({ length: 16 }, (_, i) => `asker-${i}`);
const KINDS = ['unknown', 'known', 'blocker'] as const;
type Kind = (typeof KINDS)[number];
/** Of chance is 0.5; with {@link TIMING_ROUNDS} samples of each kind its standard error is below 0.03. */
const MAX_AUC = 0.6;

/** A fresh id of each kind for every round. */
async function prepare(): Promise<void> {
  await database.query(
    `INSERT INTO users (id, display_name)
     SELECT kind || '-' || i, 'x' FROM unnest(ARRAY['known', 'blocker']) kind, generate_series(0, $1::int) i`,
    [TIMING_ROUNDS],
  );
  await database.query(
    `INSERT INTO blocks (user_id, blocked_id)
     SELECT 'blocker-' || i, asker FROM unnest($2::text[]) asker, generate_series(0, $1::int) i`,
    [TIMING_ROUNDS, ASKERS],
  );
  await database.query('ANALYZE');
}

/** How long all askers wait together, ms. */
async function ask(service: FriendGraphOfTest, tokens: readonly string[], to: string): Promise<number> {
  const startedAt = performance.now();
  const responses = await Promise.all(
    tokens.map((token) => call(service, 'POST', '/friend-requests', { token, json: { to } })),
  );
  const tookMs = performance.now() - startedAt;
  expect(responses.map(({ status }) => status)).toEqual(tokens.map(() => 202));
  return tookMs;
}

/** The probability that a random element of `ones` is greater than one of `others`; chance is 0.5. */
function areaUnderCurve(ones: readonly number[], others: readonly number[]): number {
  let wins = 0;
  for (const one of ones) for (const other of others) wins += one > other ? 1 : one === other ? 0.5 : 0;
  return wins / (ones.length * others.length);
}

describe('[G2] the time of a response', () => {
  it('does not tell whether an id that many ask at once exists or blocks them', async () => {
    const service = await services.start();
    const tokens = await Promise.all(ASKERS.map((asker) => signIn(service, asker)));
    await prepare();
    const times: Record<Kind, number[]> = { unknown: [], known: [], blocker: [] };
    for (let round = 0; round < TIMING_ROUNDS; round++) {
      // Interleaved and in turning order, so that neither drift nor the place in a round favours a kind.
      for (let place = 0; place < KINDS.length; place++) {
        const kind = KINDS[(round + place) % KINDS.length] as Kind;
        const tookMs = await ask(service, tokens, `${kind}-${round}`);
        if (round > 0) times[kind].push(tookMs);
      }
    }
    for (const [one, other] of [
      ['known', 'unknown'],
      ['blocker', 'unknown'],
      ['known', 'blocker'],
    ] as const) {
      const area = areaUnderCurve(times[one], times[other]);
      expect([one, other, Math.max(area, 1 - area) < MAX_AUC, area]).toEqual([one, other, true, area]);
    }
  }, 600_000);
});
