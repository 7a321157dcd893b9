import { expect, it } from '@jest/globals';
import { BENCHMARKS } from '../benchmarks/all-benchmarks.ts';
import { benchCommand, parseBenchArguments } from './parse-bench-arguments.ts';

const ENV = { INIT_CWD: '/home/me' };

it('all benchmarks that have a goal and are not too long run at full size by default', () => {
  const quick = BENCHMARKS.filter(
    ({ name }) => !['flush', 'lookup', 'unit-costs', 'background-reports'].includes(name),
  );
  expect(parseBenchArguments([], ENV)).toEqual({
    kind: 'measure',
    benchmarks: quick,
    settings: {
      scale: 1,
      rounds: 5,
      seconds: 4,
      gateways: 2,
      churnMinutes: 0.1,
      seed: 1,
      idiomaticHighest: undefined,
    },
    out: undefined,
  });
});

it('named benchmarks run in the order that they need', () => {
  const plan = parseBenchArguments(['delivery', 'highest', '--scale', '0.1', '--out', 'r.json'], ENV);
  expect(plan.kind === 'measure' && plan.benchmarks.map(({ name }) => name)).toEqual(['highest', 'delivery']);
  expect(plan).toMatchObject({ settings: { scale: 0.1 }, out: '/home/me/r.json' });
});

it('the document is written from a file', () => {
  expect(parseBenchArguments(['--write-docs', 'r.json'], ENV)).toEqual({
    kind: 'write docs',
    from: '/home/me/r.json',
  });
});

it.each([
  [['nonsense'], "Command-argument value 'nonsense' is invalid for argument 'name'"],
  [['--scale', '0'], "Option '--scale <n>' argument '0' is invalid"],
  [['--rounds', ''], "Option '--rounds <n>' argument '' is invalid"],
  [['--nonsense'], "Unknown option '--nonsense'. See `npm run bench -- --help`."],
  [['--churn-minutes', '1000'], "Option '--churn-minutes <n>' argument '1000' is invalid"],
])('is refused: %j', (args, message) => {
  expect(() => parseBenchArguments(args, ENV)).toThrow(message);
});

it('the help names every benchmark', () => {
  let help = '';
  const command = benchCommand(ENV).configureOutput({
    writeOut: (text) => {
      help += text;
    },
  });
  command.outputHelp();
  for (const { name } of BENCHMARKS) expect(help).toContain(`\n  ${name} `);
});
