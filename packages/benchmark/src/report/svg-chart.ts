/** Draws a chart of lines as SVG: readable on light and dark pages, in a text editor and without a browser. */
import { axisTicks } from './axis-ticks.ts';
import { formatFigure } from './format-cell.ts';
import type { Chart } from './result.ts';

const WIDTH = 720;
const HEIGHT = 400;
const MARGIN = { left: 70, right: 20, top: 64, bottom: 52 };
const PLOT_WIDTH = WIDTH - MARGIN.left - MARGIN.right;
const PLOT_HEIGHT = HEIGHT - MARGIN.top - MARGIN.bottom;
/** Distinguishable also by the colour-blind (M. Okabe and K. Ito), and by their dashes. */
const STYLES = [
  { colour: '#0072b2', dash: '' },
  { colour: '#d55e00', dash: '6 4' },
  { colour: '#009e73', dash: '2 3' },
  { colour: '#cc79a7', dash: '8 3 2 3' },
];
const LEGEND_STEP = 210;

/** A whole file. */
export function svgChart({ title, xLabel, yLabel, series }: Chart): string {
  const points = series.flatMap((one) => one.points);
  const xTicks = axisTicks(Math.max(0, ...points.map(([x]) => x)));
  const yTicks = axisTicks(Math.max(0, ...points.map(([, y]) => y)));
  const x = scale(xTicks, MARGIN.left, PLOT_WIDTH);
  const y = scale(yTicks, HEIGHT - MARGIN.bottom, -PLOT_HEIGHT);
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" font-family="sans-serif" font-size="12" role="img" aria-label="${escapeXml(title)}">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    text(WIDTH / 2, 22, title, 'font-size="15" font-weight="bold"'),
    ...xTicks.map(
      (tick) =>
        `${line(x(tick), MARGIN.top, x(tick), HEIGHT - MARGIN.bottom)}${text(x(tick), HEIGHT - MARGIN.bottom + 18, formatFigure(tick))}`,
    ),
    ...yTicks.map(
      (tick) =>
        `${line(MARGIN.left, y(tick), WIDTH - MARGIN.right, y(tick))}${text(MARGIN.left - 8, y(tick) + 4, formatFigure(tick), '', 'end')}`,
    ),
    text(MARGIN.left + PLOT_WIDTH / 2, HEIGHT - 12, xLabel),
    text(0, 0, yLabel, `transform="translate(18 ${MARGIN.top + PLOT_HEIGHT / 2}) rotate(-90)"`),
    ...series.map((one, place) => drawSeries(one.label, one.points, place, x, y)),
    '</svg>',
  ];
  return `${parts.join('\n')}\n`;
}

function drawSeries(
  label: string,
  points: readonly (readonly [number, number])[],
  place: number,
  x: (value: number) => number,
  y: (value: number) => number,
): string {
  const { colour, dash } = STYLES[place % STYLES.length] ?? { colour: '#000', dash: '' };
  const stroke = `stroke="${colour}" stroke-width="2" fill="none"${dash === '' ? '' : ` stroke-dasharray="${dash}"`}`;
  const at = points.map(([px, py]) => `${round(x(px))},${round(y(py))}`);
  const legendX = MARGIN.left + place * LEGEND_STEP;
  return [
    `<polyline points="${at.join(' ')}" ${stroke}/>`,
    ...points.map(([px, py]) => `<circle cx="${round(x(px))}" cy="${round(y(py))}" r="3" fill="${colour}"/>`),
    `<path d="M${legendX} 42h26" ${stroke}/>`,
    text(legendX + 32, 46, label, '', 'start'),
  ].join('\n');
}

function scale(ticks: readonly number[], from: number, length: number): (value: number) => number {
  const most = ticks.at(-1) ?? 1;
  return (value) => from + (length * value) / most;
}

function line(x1: number, y1: number, x2: number, y2: number): string {
  return `<path d="M${round(x1)} ${round(y1)}L${round(x2)} ${round(y2)}" stroke="#ddd"/>`;
}

function text(x: number, y: number, content: string, attributes = '', anchor = 'middle'): string {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}" fill="#222" ${attributes}>${escapeXml(content)}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escapeXml(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
