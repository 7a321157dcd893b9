/** Command: imports friendships from a CSV file. */
import path from 'node:path';
import { CommandError } from '../cli/command-error.ts';
import { runCommand } from '../cli/run-command.ts';
import { createProgress } from '../friendship-import/create-progress.ts';
import { findDatabaseUrl } from '../friendship-import/find-database-url.ts';
import { type ImportSummary, importFriendshipsFile } from '../friendship-import/import-friendships-file.ts';

const HELP = `import-friendships: imports friendships from a CSV file.

  npm run import-friendships -- FILE
  pnpm import-friendships FILE

FILE has the header "user,friend" and one friendship per line; each counts in both directions. People who are new are
made. What is already there stays as it is, so importing again changes nothing. All or nothing: after an error the
database is as it was.

  --database-url URL    the database; default DATABASE_URL, else the one of the running local stack
  --help                this text
`;

await runCommand(
  {
    name: 'import-friendships',
    help: HELP,
    valueOptions: ['database-url'],
    allowPositionals: true,
    async run({ values, positionals }) {
      const [file, ...others] = positionals;
      if (file === undefined || others.length > 0) {
        throw new CommandError('Exactly one file is imported at a time.', 'Give its path; see --help.');
      }
      const databaseUrl = await findDatabaseUrl({ named: values['database-url'], env: process.env });
      const started = performance.now();
      const summary = await importFriendshipsFile({
        databaseUrl,
        // npm and pnpm run scripts in the project's folder and say where the person was.
        file: path.resolve(process.env['INIT_CWD'] ?? process.cwd(), file),
        progress: createProgress(process.stdout),
      });
      process.stdout.write(describe(summary, (performance.now() - started) / 1000));
    },
  },
  process.argv.slice(2),
);

function describe(summary: ImportSummary, seconds: number): string {
  const { read, repeated, selfFriendships, blocked, newUsers, newEdges } = summary;
  const friendships = read - repeated;
  const count = (n: number) => n.toLocaleString('en');
  return [
    `Read ${count(read + selfFriendships)} lines: ${count(friendships)} friendships; left out ${count(repeated)} ` +
      `repetitions, ${count(selfFriendships)} friendships with oneself and ${count(blocked)} where one blocks the other.`,
    `Added ${count(newUsers)} users and ${count(newEdges)} edges (two per friendship; ` +
      `${count(2 * (friendships - blocked) - newEdges)} were there already) in ${seconds.toFixed(1)} s.`,
    '',
  ].join('\n');
}
