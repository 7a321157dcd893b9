/** Shows results on a terminal. */
import { formatCell, formatFigure } from './format-cell.ts';
import { type BenchmarkResult, type Cell, type Column, isMet, type Row } from './result.ts';

/** Columns that are empty in every row are left out. */
export function usedColumns(columns: readonly Column[], rows: readonly Row[]): Column[] {
  return columns.filter(({ key }) => rows.some((row) => row[key] !== undefined && row[key] !== null));
}

/** Text is flush left, numbers flush right. */
function textTable(columns: readonly Column[], rows: readonly Row[]): string {
  const used = usedColumns(columns, rows);
  const lines = [
    used.map(({ label }) => label),
    ...rows.map((row) => used.map((one) => formatCell(row[one.key], one))),
  ];
  const widths = used.map((_, place) => Math.max(...lines.map((line) => line[place]?.length ?? 0)));
  const isText = used.map(({ key }) => rows.some((row) => typeof (row[key] as Cell) === 'string'));
  return lines
    .map((line) =>
      line
        .map((cell, place) => (isText[place] ? cell.padEnd(widths[place] ?? 0) : cell.padStart(widths[place] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Everything of a result but its charts. */
export function resultText({ name, title, columns, rows, goals, notes }: BenchmarkResult): string {
  const checks = goals.map((goal) => {
    const { value, sense, bound } = goal;
    return `  ${isMet(goal) ? 'met   ' : 'MISSED'}  ${goal.goal}: ${formatFigure(value)} (${sense} ${formatFigure(bound)})`;
  });
  return [`== ${name}: ${title}`, textTable(columns, rows), ...checks, ...notes.map((note) => `  ${note}`), ''].join(
    '\n',
  );
}
