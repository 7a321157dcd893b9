/** What may happen to rights, for the model: any of it at any time. */
import fc from 'fast-check';

export const VIEWERS = ['ann', 'dan'] as const;
export const FRIENDS = ['ben', 'cho', 'eve'] as const;

const viewer = fc.constantFrom(...VIEWERS);
const friend = fc.constantFrom(...FRIENDS);
const untilMs = fc.option(fc.constantFrom(100, 1_000, 5_000, 60_000), { nil: null });
export const rightsStep = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('set edge' as const),
      viewer,
      friend,
      precision: fc.constantFrom('exact' as const, 'approximate' as const, 'hidden' as const, null),
      untilMs,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('set sharing' as const), friend, paused: fc.boolean(), untilMs }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('report' as const),
      friend,
      meters: fc.constantFrom(0, 500, 3_000, 4_999, 6_000),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('hear' as const), count: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('hear again' as const), back: fc.nat({ max: 20 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('read an announcement' as const), viewer, friend }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('announce' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('reopen' as const), viewer }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('respond' as const), which: fc.nat({ max: 10 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('hold responses' as const), areHeld: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reconnect' as const), viewer }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('lose the stream' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('back up' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restore' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('fence' as const), isCurrent: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('time passes' as const), ms: fc.constantFrom(25, 250, 1_000, 6_000) }),
  },
);
export type RightsStep = typeof rightsStep extends fc.Arbitrary<infer S> ? S : never;
