/** Command: brings the database of `DATABASE_URL` to the schema of this build. */
import { secretText } from '@nearby-friends/service-kit';
import { CommandError } from '../cli/command-error.ts';
import { runCommand } from '../cli/run-command.ts';
import { applyMigrations } from '../migrations/apply-migrations.ts';

const HELP = `migrate: brings the database to the schema of this build.

  DATABASE_URL=postgresql://user:password@host:5432/database node services/friend-graph/dist/commands/migrate.js

Applies what prisma/migrations holds and the database lacks, each migration in a transaction of its own. Safe to run
again, and by several at once. Keeps the table _prisma_migrations, so that the Prisma CLI works on the database too.

  --database-url URL    instead of DATABASE_URL; DATABASE_URL_FILE may name a file that holds it
  --wait-seconds N      how long PostgreSQL may take to appear; default 60
  --help                this text
`;

await runCommand(
  {
    name: 'migrate',
    help: HELP,
    valueOptions: ['database-url', 'wait-seconds'],
    async run({ values }) {
      const databaseUrl = values['database-url'] ?? secretText('DATABASE_URL', process.env);
      if (!databaseUrl) {
        throw new CommandError(
          'It is not known which database to migrate.',
          'Set DATABASE_URL, for example postgresql://user:password@localhost:5432/nearby_friends.',
        );
      }
      const waitSeconds = Number(values['wait-seconds'] ?? 60);
      if (!(waitSeconds >= 0)) throw new CommandError('--wait-seconds is not a number of seconds.', 'See --help.');
      await applyMigrations({ databaseUrl, waitSeconds, report: (line) => process.stdout.write(`${line}\n`) });
    },
  },
  process.argv.slice(2),
);
