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

FILE has the header "user,friend" and one friendship per line; each counts in both directions. Unknown users are
created, unless they have erased their account. Existing users and friendships stay unchanged, so that a repeated import
changes nothing. The import is one transaction: after an error the database is unchanged.

  --database-url URL    the database (default: DATABASE_URL, otherwise that of the running local stack)
  --help                show this text
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
        throw new CommandError('Exactly one FILE is required.', 'See --help.');
      }
      const databaseUrl = await findDatabaseUrl({ option: values['database-url'], env: process.env });
      const started = performance.now();
      const summary = await importFriendshipsFile({
        databaseUrl,
        // npm and pnpm run scripts in the project's folder and pass the caller's folder in INIT_CWD.
        file: path.resolve(process.env['INIT_CWD'] ?? process.cwd(), file),
        progress: createProgress(process.stdout),
      });
      process.stdout.write(describe(summary, (performance.now() - started) / 1000));
    },
  },
  process.argv.slice(2),
);

function describe(summary: ImportSummary, seconds: number): string {
  const { read, repeated, selfFriendships, blocked, erased, newUsers, newEdges } = summary;
  const friendships = read - repeated;
  const count = (n: number) => n.toLocaleString('en');
  return [
    `Read ${count(read + selfFriendships)} lines: ${count(friendships)} friendships; skipped ${count(repeated)} ` +
      `repetitions, ${count(selfFriendships)} self-friendships, ${count(blocked)} blocked friendships and ` +
      `${count(erased)} of erased accounts.`,
    `Added ${count(newUsers)} users and ${count(newEdges)} edges (two per friendship; ` +
      `${count(2 * (friendships - blocked - erased) - newEdges)} already existed) in ${seconds.toFixed(1)} s.`,
    '',
  ].join('\n');
}
