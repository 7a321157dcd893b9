// Stands in for the residents: prints its arguments and runs until SIGTERM, or fails at once with RESIDENTS_FAIL.
import process from 'node:process';

if (process.env.RESIDENTS_FAIL) {
  process.stderr.write('There is no map.\n');
  process.exit(1);
}
process.stdout.write(`Ready, pid ${process.pid}, with ${process.argv.slice(2).join(' ')}\n`);
process.on('SIGTERM', () => process.exit(0));
setInterval(() => undefined, 60_000);
