// Stands in for the residents: says what they are told and stays until it is asked to end, or ends at once when it is to fail.
import process from 'node:process';

if (process.env.RESIDENTS_FAIL) {
  process.stderr.write('There is no map.\n');
  process.exit(1);
}
process.stdout.write(`Ready, pid ${process.pid}, with ${process.argv.slice(2).join(' ')}\n`);
process.on('SIGTERM', () => process.exit(0));
setInterval(() => undefined, 60_000);
