/** Prints the test files that failed, from the report of Jest's `--json --outputFile`; nothing without a report. */
import { readFile } from 'node:fs/promises';

const [reportFile = ''] = process.argv.slice(2);
const report = await readFile(reportFile, 'utf8').then(JSON.parse, () => ({ testResults: [] }));
for (const { name, status } of report.testResults) if (status === 'failed') process.stdout.write(`${name}\n`);
