/** Parses the arguments of `npm run residents`. */
import { createCommand, integerBetween, numberBetween, publicUrl } from './command-line.ts';
import { MAX_PACE } from './parse-simulate-arguments.ts';

export type ResidentsPlan = ReturnType<typeof parseResidentsArguments>;

export function residentsCommand() {
  return createCommand(
    'npm run residents --',
    'Puts simulated people on the map of a deployment until Ctrl-C; npm start does it by itself.',
  )
    .option('--url <url>', 'public address of the deployment', publicUrl, 'http://localhost:8080')
    .option('--people <n>', 'people in the city', integerBetween(1, 5_000), 40)
    .option('--interval <seconds>', 'between position updates while moving', numberBetween(0.2, 30), 2)
    .option('--pace <n>', 'how many times faster than real time the city runs', numberBetween(0.1, MAX_PACE), 8)
    .option('--seed <n>', 'another number is another city', integerBetween(0, 2 ** 31), 1)
    .addHelpText(
      'after',
      `
Friendships are made through the API, or imported at once if DATABASE_URL is in the environment; tokens are signed with
JWT_SECRET if it is there. Sign in as demo to see those of them who are demo’s friends. To measure a deployment, see
npm run simulate -- --help.`,
    );
}

/** Throws {@link RemedyError}. */
export function parseResidentsArguments(args: readonly string[]) {
  const { interval, ...options } = residentsCommand().parse(args, { from: 'user' }).opts();
  return { ...options, intervalMs: 1_000 * interval };
}
