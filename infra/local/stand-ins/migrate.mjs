// Stands in for the migration in tests of the stack.
process.stdout.write(`migrating ${new URL(process.env.DATABASE_URL).pathname}\n`);
process.exit(process.env.STAND_IN === 'fail' ? 1 : 0);
