/** `npm run bench`: measures deliveries against the idiomatic build and bare writes, and says whether the goals are met. */
import { RemedyError } from '@nearby-friends/local-stack';
import { helpText } from './cli/option-table.ts';
import { parseOptions } from './cli/parse-options.ts';
import { runBench } from './cli/run-bench.ts';
import { writeDocument, writeReport } from './cli/write-report.ts';

/** The exit code: 0 when all was measured, whatever came out; 1 when not. */
async function main(): Promise<number> {
  const interrupted = new AbortController();
  const interrupt = (): void => interrupted.abort(new RemedyError('Interrupted.', 'Nothing was left running.'));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
  try {
    // npm runs scripts in the project's folder and says where the person was.
    const plan = parseOptions(process.argv.slice(2), process.env['INIT_CWD'] ?? process.cwd());
    if (plan.kind === 'help') process.stdout.write(helpText());
    else if (plan.kind === 'write docs') sayWritten(await writeDocument(plan.from));
    else {
      const report = await runBench(plan, interrupted.signal);
      if (plan.out !== undefined) sayWritten(await writeReport(report, plan.out));
    }
    return 0;
  } catch (error) {
    process.stderr.write(`\n${error instanceof RemedyError ? error.message : describeBug(error)}\n`);
    return 1;
  }
}

function sayWritten(files: readonly string[]): void {
  for (const file of files) process.stdout.write(`Written: ${file}\n`);
}

function describeBug(error: unknown): string {
  return `The benchmark failed in an unforeseen way: ${error instanceof Error ? error.stack : String(error)}`;
}

process.exitCode = await main();
