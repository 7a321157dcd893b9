/** Command: migrates the database of `DATABASE_URL` to the schema of this build. */
import { secretText } from '@nearby-friends/service-kit';
import { CommandError } from '../cli/command-error.ts';
import { runCommand } from '../cli/run-command.ts';
import { withPassword } from '../database/with-password.ts';
import { applyMigrations } from '../migrations/apply-migrations.ts';

const HELP = `migrate: migrates the database to the schema of this build.

  DATABASE_URL=postgresql://user:password@host:5432/database node services/friend-graph/dist/commands/migrate.js

Applies the pending migrations of prisma/migrations, each in its own transaction. Repeated and concurrent runs are safe.
Maintains the table _prisma_migrations, so that the Prisma CLI works on the database too.

  --database-url URL    the database (default: DATABASE_URL, or the content of the file DATABASE_URL_FILE); DATABASE_PASSWORD
                        or DATABASE_PASSWORD_FILE is the password of an address without one
  --wait-seconds N      maximum wait for PostgreSQL to start (default: 60)
  --help                show this text
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
          'The database to migrate is not set.',
          'Set DATABASE_URL, for example postgresql://user:password@localhost:5432/nearby_friends.',
        );
      }
      const waitSeconds = Number(values['wait-seconds'] ?? 60);
      if (!(waitSeconds >= 0)) throw new CommandError('--wait-seconds must be a number of at least 0.', 'See --help.');
      const url = withPassword(databaseUrl, secretText('DATABASE_PASSWORD', process.env));
      await applyMigrations({ databaseUrl: url, waitSeconds, report: (line) => process.stdout.write(`${line}\n`) });
    },
  },
  process.argv.slice(2),
);
