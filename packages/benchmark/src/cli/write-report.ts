/** Writes reports to files: JSON and charts, and the document made from them. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { RemedyError } from '@nearby-friends/local-stack';
import { capacityText } from '../capacity/capacity-text.ts';
import { computeCapacity } from '../capacity/compute-capacity.ts';
import { parseCapacityArguments } from '../capacity/parse-capacity-arguments.ts';
import { readUnitCosts } from '../capacity/unit-costs.ts';
import { performanceSection, replaceSection } from '../report/performance-section.ts';
import type { BenchReport } from '../report/result.ts';
import { svgChart } from '../report/svg-chart.ts';

/** The same from `src/` and from `dist/`. */
const DOCUMENT = fileURLToPath(new URL('../../../../docs/performance.md', import.meta.url));
const IMAGE_FOLDER = 'performance';

/** The JSON, and each chart beside it. Resolves with the files. */
export async function writeReport(report: BenchReport, file: string): Promise<string[]> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(report, null, 2)}\n`);
  return [file, ...(await writeCharts(report, path.dirname(file)))];
}

/** docs/performance.md and its charts, from the JSON of {@link writeReport}. Resolves with the files; throws {@link RemedyError}. */
export async function writeDocument(from: string, document = DOCUMENT): Promise<string[]> {
  const report = await readReport(from);
  const text = await readFile(document, 'utf8');
  const section = `${performanceSection(report, IMAGE_FOLDER)}\n\n${await capacitySection()}`;
  await writeFile(document, replaceSection(text, section));
  return [document, ...(await writeCharts(report, path.join(path.dirname(document), IMAGE_FOLDER)))];
}

/** Markdown: the output of `npm run capacity` without options. */
async function capacitySection(): Promise<string> {
  const plan = parseCapacityArguments([], {});
  const costs = await readUnitCosts(plan.costsFile);
  const capacity = computeCapacity(plan.workload, plan.machine, (name) => costs[name].value);
  const text = capacityText(plan.workload, plan.machine, costs, capacity);
  return `## Capacity\n\nThe 10 M user reference case, as \`npm run capacity\` computes it; its options describe other workloads.\n\n\`\`\`\n${text}\`\`\``;
}

async function readReport(file: string): Promise<BenchReport> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as BenchReport;
  } catch (cause) {
    throw new RemedyError(`${file} holds no results.`, 'Make them with `npm run bench -- --out FILE`.', { cause });
  }
}

async function writeCharts(report: BenchReport, folder: string): Promise<string[]> {
  const charts = report.results.flatMap((result) => result.charts);
  await mkdir(folder, { recursive: true });
  return await Promise.all(
    charts.map(async (chart) => {
      const file = path.join(folder, `${chart.name}.svg`);
      await writeFile(file, svgChart(chart));
      return file;
    }),
  );
}
