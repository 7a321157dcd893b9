/** Writes one value of a result for people. */
import type { Cell, Column } from './result.ts';

/** Thousands are grouped; what is not there is empty. */
export function formatCell(
  value: Cell | undefined,
  { digits = 0, isShare = false }: Omit<Column, 'key' | 'label'>,
): string {
  if (value === null || value === undefined || Number.isNaN(value)) return '';
  if (typeof value === 'string') return value;
  if (!Number.isFinite(value)) return 'never';
  const shown = isShare ? value * 100 : value;
  const text = shown.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return isShare ? `${text} %` : text;
}

/** Three significant digits, as 0.333, 5.25, 1,250. */
export function formatFigure(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'not measured' : 'never';
  return value.toLocaleString('en-US', { maximumSignificantDigits: Math.abs(value) >= 1_000 ? 4 : 3 });
}
