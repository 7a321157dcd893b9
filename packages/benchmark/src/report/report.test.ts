import { describe, expect, it } from '@jest/globals';
import { axisTicks } from './axis-ticks.ts';
import { formatCell, formatFigure } from './format-cell.ts';
import { performanceSection, replaceSection, SECTION_BEGIN, SECTION_END } from './performance-section.ts';
import type { BenchmarkResult, BenchReport } from './result.ts';
import { svgChart } from './svg-chart.ts';
import { resultText } from './text-table.ts';

const RESULT: BenchmarkResult = {
  name: 'delivery',
  title: 'Ten clients',
  columns: [
    { key: 'build', label: 'build' },
    { key: 'cost', label: 'µs each', digits: 1 },
    { key: 'late', label: 'late', isShare: true, digits: 1 },
    { key: 'unused', label: 'unused' },
  ],
  rows: [
    { build: 'ours', cost: 9.5, late: 0.011 },
    { build: 'idiomatic', cost: 1_031.25, late: null },
  ],
  goals: [
    { goal: 'cheap', value: 0.3, bound: 1 / 3, sense: 'at most' },
    { goal: 'fast', value: 4, bound: 5, sense: 'at least' },
  ],
  notes: ['A note.'],
  charts: [
    {
      name: 'cost',
      title: 'Cost < load & more',
      xLabel: 'x',
      yLabel: 'y',
      series: [
        {
          label: 'ours',
          points: [
            [0, 0],
            [1_000, 31],
          ],
        },
      ],
    },
  ],
};
const REPORT: BenchReport = {
  startedAt: '2026-11-22T10:00:00.000Z',
  seconds: 500,
  machine: { CPU: '2 × fast' },
  options: { scale: 1 },
  results: [RESULT],
};

it('cells are written for people', () => {
  expect(formatCell(1_234.5, { digits: 1 })).toBe('1,234.5');
  expect(formatCell(0.011, { isShare: true, digits: 1 })).toBe('1.1 %');
  expect(formatCell(null, {})).toBe('');
  expect(formatCell(Number.POSITIVE_INFINITY, {})).toBe('never');
  expect([0.33333, 5.2519, 12_345.6, Number.NaN].map(formatFigure)).toEqual([
    '0.333',
    '5.25',
    '12,350',
    'not measured',
  ]);
});

it('the table has its columns aligned, without those that are empty, and shows which goals are met', () => {
  const text = resultText(RESULT);
  expect(text).toContain(['build      µs each   late', 'ours           9.5  1.1 %', 'idiomatic  1,031.3'].join('\n'));
  expect(text).toContain('met     cheap: 0.3 (at most 0.333)');
  expect(text).toContain('MISSED  fast: 4 (at least 5)');
  expect(text).not.toContain('unused');
});

describe('an axis', () => {
  it.each([
    [31, [0, 10, 20, 30, 40]],
    [1, [0, 0.2, 0.4, 0.6, 0.8, 1]],
    [0, [0, 1]],
  ])('up to %d has round numbers that reach it', (most, ticks) => {
    expect(axisTicks(most)).toEqual(ticks);
  });
});

it('the chart is an SVG with every point, and no character that breaks it', () => {
  const [chart] = RESULT.charts;
  if (chart === undefined) throw new Error('no chart');
  const svg = svgChart(chart);
  expect(svg.match(/<circle/g)).toHaveLength(2);
  expect(svg).toContain('Cost &lt; load &amp; more');
  expect(svg).not.toContain('NaN');
  expect(svg.match(/<(?!\/|\w+[^<>]*\/?>)/g)).toBeNull();
  expect(svgChart({ ...chart, series: [] })).not.toContain('NaN');
});

describe('the section of the document', () => {
  const section = performanceSection(REPORT, 'performance');

  it('states machine, goals, figures and where the charts are', () => {
    expect(section).toContain('On 2026-11-22, in 500 s, with scale 1; CPU 2 × fast.');
    expect(section).toContain('| fast | at least 5 | 4 | no |');
    expect(section).toContain('| idiomatic | 1,031.3 |  |');
    expect(section).toContain('![Cost < load & more](performance/cost.svg)');
  });

  it('takes the place of the one before and leaves all else', () => {
    const document = `# Performance\n\nMine.\n\n${SECTION_BEGIN}\nold\n${SECTION_END}\n\nAlso mine.\n`;
    const once = replaceSection(document, section);
    expect(once).toMatch(/^# Performance\n\nMine\.\n/);
    expect(once).toMatch(/Also mine\.\n$/);
    expect(once).not.toContain('old');
    expect(replaceSection(once, section)).toBe(once);
  });

  it('comes at the end of a document that has none', () => {
    expect(replaceSection('# Performance\n', 'x')).toBe(`# Performance\n\n${SECTION_BEGIN}\nx\n${SECTION_END}\n`);
  });
});
