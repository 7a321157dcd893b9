/** Turns the arguments of `npm run residents` into a plan, or says what is wrong with them. */
import { type OptionTable, optionLines, readArguments, readNumber, readUrl } from './read-option.ts';
import { FASTEST_PACE } from './simulate-options.ts';

const DEFAULTS = { people: 40, interval: 2, pace: 8, seed: 1 } as const;
const DEFAULT_URL = 'http://localhost:8080';
const MAX_PEOPLE = 5_000;

export const RESIDENTS_OPTIONS = {
  url: { value: 'URL', text: `the deployment’s public address; default ${DEFAULT_URL}` },
  people: { value: 'N', text: `how many live in the city; default ${DEFAULTS.people}` },
  interval: { value: 'SECONDS', text: `how often somebody under way reports; default ${DEFAULTS.interval}` },
  pace: { value: 'N', text: `how many times as fast as life the city runs; default ${DEFAULTS.pace}` },
  seed: { value: 'N', text: 'another number is another city; default 1' },
  help: { text: 'this' },
} as const satisfies OptionTable;

export interface ResidentsPlan {
  readonly url: string;
  readonly people: number;
  readonly intervalMs: number;
  readonly pace: number;
  readonly seed: number;
}

export const RESIDENTS_HELP = `Puts people on the map of a deployment, until Ctrl-C; npm start does it by itself.

  npm run residents -- [options]

Options
${optionLines(RESIDENTS_OPTIONS)}

Friendships are made through the API, or at once where DATABASE_URL is in the environment; tokens are signed with its
JWT_SECRET where there is one. Sign in as demo to see those of them who are demo’s friends. To measure a deployment, see npm run simulate -- --help.
`;

/** Throws {@link RemedyError}. */
export function parseResidentsOptions(args: readonly string[]): ResidentsPlan | 'help' {
  const given = readArguments(args, RESIDENTS_OPTIONS, 'npm run residents --');
  if (given['help'] === true) return 'help';
  const number = (name: keyof typeof DEFAULTS, least: number, most: number): number => {
    const value = given[name];
    return readNumber(name, typeof value === 'string' ? value : undefined, DEFAULTS[name], least, most);
  };
  return {
    url: readUrl(typeof given['url'] === 'string' ? given['url'] : DEFAULT_URL),
    people: Math.trunc(number('people', 1, MAX_PEOPLE)),
    intervalMs: 1_000 * number('interval', 0.2, 30),
    pace: number('pace', 0.1, FASTEST_PACE),
    seed: Math.trunc(number('seed', 0, 2 ** 31)),
  };
}
