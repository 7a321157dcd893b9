/** `npm run bench`: measures deliveries against the idiomatic build and bare writes, and says whether the goals are met. */
import { runProgram } from '@nearby-friends/simulator/command-line';
import { parseBenchArguments } from './cli/parse-bench-arguments.ts';
import { runBench } from './cli/run-bench.ts';
import { writeDocument, writeReport } from './cli/write-report.ts';

/** Resolves with 0 when all was measured, whether or not the goals are met. */
async function main(signal: AbortSignal): Promise<number> {
  const plan = parseBenchArguments(process.argv.slice(2), process.env);
  if (plan.kind === 'write docs') printWritten(await writeDocument(plan.from));
  else {
    const report = await runBench(plan, signal);
    if (plan.out !== undefined) printWritten(await writeReport(report, plan.out));
  }
  return 0;
}

function printWritten(files: readonly string[]): void {
  for (const file of files) process.stdout.write(`Written: ${file}\n`);
}

process.exitCode = await runProgram(main);
