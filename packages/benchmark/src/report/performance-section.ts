/** Writes the measured part of docs/performance.md from a report, and leaves the rest of the document as it is. */
import { formatCell, formatFigure } from './format-cell.ts';
import { type BenchmarkResult, type BenchReport, isMet } from './result.ts';
import { usedColumns } from './text-table.ts';

export const SECTION_BEGIN = '<!-- benchmark: written by `npm run bench -- --write-docs FILE` -->';
export const SECTION_END = '<!-- end of benchmark -->';

/** The document with the section between its markers replaced; without markers it comes at the end. */
export function replaceSection(document: string, section: string): string {
  const whole = `${SECTION_BEGIN}\n${section.trim()}\n${SECTION_END}`;
  const from = document.indexOf(SECTION_BEGIN);
  const to = document.indexOf(SECTION_END);
  if (from < 0 || to < from) return `${document.trimEnd()}\n\n${whole}\n`;
  return `${document.slice(0, from)}${whole}${document.slice(to + SECTION_END.length)}`;
}

/** Markdown. `imageFolder`: where the charts are, as the document sees it. */
export function performanceSection(report: BenchReport, imageFolder: string): string {
  const machine = Object.entries(report.machine).map(([what, value]) => `${what} ${value}`);
  const options = Object.entries(report.options).map(([name, value]) => `${name} ${value}`);
  return [
    '## Measured by `npm run bench`',
    `On ${report.startedAt.slice(0, 10)}, in ${Math.round(report.seconds)} s, with ${options.join(', ')}; ${machine.join(', ')}.`,
    'µs are CPU time per delivery from the scheduler’s accounts, gateways, location and friend-graph together; Redis and the load stand beside them. A delivery is a (position, near viewer) pair whose viewer’s list shows it or a newer one; latency counts from the time the position was meant to be sent.',
    goalsTable(report.results),
    ...report.results.map((result) => sectionOf(result, imageFolder)),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function goalsTable(results: readonly BenchmarkResult[]): string {
  const goals = results.flatMap((result) => result.goals);
  if (goals.length === 0) return '';
  const rows = goals.map(
    (goal) =>
      `| ${goal.goal} | ${goal.sense} ${formatFigure(goal.bound)} | ${formatFigure(goal.value)} | ${isMet(goal) ? 'yes' : 'no'} |`,
  );
  return ['| goal | bound | measured | met |', '|---|---|---|---|', ...rows].join('\n');
}

function sectionOf({ name, title, columns, rows, notes, charts }: BenchmarkResult, imageFolder: string): string {
  const used = usedColumns(columns, rows);
  const table = [
    `| ${used.map(({ label }) => label).join(' | ')} |`,
    `|${'---|'.repeat(used.length)}`,
    ...rows.map((row) => `| ${used.map((column) => formatCell(row[column.key], column)).join(' | ')} |`),
  ].join('\n');
  const images = charts.map((chart) => `![${chart.title}](${imageFolder}/${chart.name}.svg)`);
  return [`### ${name}`, `${title}.`, table, ...notes, ...images].join('\n\n');
}
