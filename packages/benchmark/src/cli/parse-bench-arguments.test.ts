import { expect, it } from '@jest/globals';
import { BENCHMARKS } from '../benchmarks/all-benchmarks.ts';
import { helpText } from './option-table.ts';
import { parseOptions } from './parse-options.ts';

it('all benchmarks that are about a goal and not too long are run at full size when nothing is said', () => {
  const quick = BENCHMARKS.filter(({ name }) => !['flush', 'lookup', 'unit-costs'].includes(name));
  expect(parseOptions([], '/')).toMatchObject({ kind: 'measure', benchmarks: quick, settings: { scale: 1 } });
});

it('those that are named are run, in the order that they need', () => {
  const plan = parseOptions(['delivery', 'highest', '--scale', '0.1', '--out', 'r.json'], '/home/me');
  expect(plan.kind === 'measure' && plan.benchmarks.map(({ name }) => name)).toEqual(['highest', 'delivery']);
  expect(plan).toMatchObject({ settings: { scale: 0.1 }, out: '/home/me/r.json' });
});

it('the document is written from a file', () => {
  expect(parseOptions(['--write-docs', 'r.json'], '/home/me')).toEqual({ kind: 'write docs', from: '/home/me/r.json' });
});

it.each([[['nonsense']], [['--scale', '0']], [['--rounds', '']], [['--nonsense']], [['--churn-minutes', '1000']]])(
  'is refused: %j',
  (args) => {
    expect(() => parseOptions(args, '/')).toThrow();
  },
);

it('the help names every benchmark', () => {
  expect(parseOptions(['--help'], '/')).toEqual({ kind: 'help' });
  for (const { name } of BENCHMARKS) expect(helpText()).toContain(name);
});
