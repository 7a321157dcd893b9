import { describe, expect, it } from '@jest/globals';
import { GRAPH_MODEL_RACES, GRAPH_MODEL_RUNS } from '@nearby-friends/testing/tiers';
import fc from 'fast-check';
import { by, id, useGraph } from './graph.testing.ts';
import {
  GatewayModel,
  GraphModel,
  type Operation,
  operation,
  operationOrErasure,
  PEOPLE,
  type View,
} from './graph-model.testing.ts';

const setting = useGraph();

/** Returns the error code, or "ok". */
async function perform(operation: Operation): Promise<string> {
  try {
    await call(operation);
    return 'ok';
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

async function call(operation: Operation): Promise<unknown> {
  const { graph } = setting;
  const who = id(operation.who);
  if (operation.kind === 'share') return await graph.sharing.setSharing(who, operation.sharing);
  if (operation.kind === 'erase') {
    await graph.accounts.erase(by(who));
    // In these histories an erased user returns with a newer token.
    return await graph.admission.admit(who, Date.now() + 1_000);
  }
  const whom = id(operation.whom);
  switch (operation.kind) {
    case 'request':
      return await graph.requests.request(who, whom, operation.choice);
    case 'accept':
      return await graph.requests.accept(who, whom, operation.choice);
    case 'decline':
      return await graph.requests.declineOrWithdraw(who, whom);
    case 'unfriend':
      return await graph.friendships.unfriend(who, whom);
    case 'block':
      return await graph.friendships.block(who, whom);
    case 'unblock':
      return await graph.friendships.unblock(who, whom);
    case 'grant':
      return await graph.friendships.setGrant(who, whom, operation.grant);
  }
}

async function viewOf(name: string): Promise<View> {
  const who = id(name);
  const [friends, viewers, requests, blocks, sharing] = await Promise.all([
    setting.friendsOf(name),
    setting.viewersOf(name),
    setting.graph.requests.requestsOf(who),
    setting.repositories.blocks.blocksOf(who, { after: null, limit: 100 }),
    setting.graph.sharing.sharingOf(who),
  ]);
  return {
    friends,
    viewers,
    incoming: requests.incoming.map((one) => one.id).sort(),
    outgoing: requests.outgoing.map((one) => `${one.id} ${one.precision} ${one.until?.getTime() ?? null}`).sort(),
    blocks: blocks.items.map((one) => one.id),
    sharing,
  };
}
const allViews = () => Promise.all(PEOPLE.map(viewOf));
const viewsOf = (model: GraphModel) => PEOPLE.map((who) => model.view(who));

/** The state of a gateway that has received every event twice, in an order chosen by `seed`. */
async function gatewayAfterAll(seed: number): Promise<GatewayModel> {
  const events = await setting.takeEvents();
  const gateway = new GatewayModel();
  const shuffled = [...events, ...events]
    .map((event, i) => ({ event, place: Math.imul(seed ^ (i + 1), 2_654_435_761) >>> 0 }))
    .sort((one, other) => one.place - other.place);
  for (const { event } of shuffled) gateway.apply(event);
  return gateway;
}

async function expectGatewaysToAgree(model: GraphModel, seed: number): Promise<void> {
  const gateway = await gatewayAfterAll(seed);
  expect(new Map([...gateway.edges()].sort())).toEqual(new Map([...model.edges].sort()));
  for (const who of PEOPLE) expect(gateway.sharingOf(who)).toEqual(model.view(who).sharing);
}

async function clearAll(): Promise<void> {
  // The rest goes with the users. Not TRUNCATE: its locks on whole tables and those of the graph's own looks at ended rights
  // would wait for each other.
  for (const table of ['users', 'withholdings', 'outbox', 'token_revocations']) {
    await setting.database.query(`DELETE FROM ${table}`);
  }
  setting.stream.events.length = 0;
}

/** All permutations. */
function orders<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, i) => orders(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));
}

describe('[G2] [G4] the friend graph', () => {
  it('matches a plain model for every user after every step, and so do gateways', async () => {
    await fc.assert(
      fc
        .asyncProperty(fc.array(operationOrErasure, { minLength: 8, maxLength: 30 }), fc.nat(), async (steps, seed) => {
          const model = new GraphModel();
          for (const step of steps) {
            expect([step, await perform(step)]).toEqual([step, model.apply(step)]);
            expect([step, await allViews()]).toEqual([step, viewsOf(model)]);
          }
          await expectGatewaysToAgree(model, seed);
        })
        .beforeEach(clearAll),
      { numRuns: GRAPH_MODEL_RUNS, endOnFailure: true },
    );
  }, 120_000);

  it('serializes concurrent changes, and gateways agree', async () => {
    await fc.assert(
      fc
        .asyncProperty(
          fc.array(operation, { minLength: 2, maxLength: 10 }),
          fc.array(operation, { minLength: 2, maxLength: 3 }),
          fc.nat(),
          async (before, atOnce, seed) => {
            const start = new GraphModel();
            for (const step of before) {
              await perform(step);
              start.apply(step);
            }
            const outcomes = await Promise.all(atOnce.map(perform));
            const seen = JSON.stringify([outcomes, await allViews()]);
            const possible = orders(atOnce.map((step, i) => ({ step, i }))).map((order) => {
              const model = start.copy();
              const codes: string[] = [];
              for (const { step, i } of order) codes[i] = model.apply(step);
              return { model, outcome: JSON.stringify([codes, viewsOf(model)]) };
            });
            expect(possible.map(({ outcome }) => outcome)).toContain(seen);
            const happened = possible.find(({ outcome }) => outcome === seen);
            if (happened) await expectGatewaysToAgree(happened.model, seed);
          },
        )
        .beforeEach(clearAll),
      { numRuns: GRAPH_MODEL_RACES, endOnFailure: true },
    );
  }, 120_000);
});
