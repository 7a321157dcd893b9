/** `npm run simulate`: a city lives on a deployment for a while, and reports what its people experienced. */
import { RemedyError } from '@nearby-friends/local-stack';
import { parseUserId, type UserId } from '@nearby-friends/protocol';
import { type City, foundCity } from './city/city.ts';
import { CityClock } from './city/city-clock.ts';
import { createLiveView } from './cli/live-view.ts';
import { parseSimulateOptions, SIMULATE_HELP, type SimulationPlan } from './cli/simulate-options.ts';
import { simulationPicture, simulationText } from './cli/simulation-text.ts';
import { GraphApi } from './client/graph-api.ts';
import { sourceAddress } from './client/source-address.ts';
import { devTokens, KeptTokens, readTokens, signedTokens, tokensFrom } from './client/tokens.ts';
import { writeFriendships } from './run/import-friendships.ts';
import { makeFriends } from './run/make-friends.ts';
import { checkOpenFiles } from './run/open-files.ts';
import { simulate } from './run/simulation.ts';
import { loadCityStreets } from './streets/city-streets.ts';
import { wallClock } from './wall-clock.ts';

/** The exit code; see the help. */
async function main(): Promise<number> {
  const interrupted = new AbortController();
  const interrupt = (): void => interrupted.abort(new RemedyError('Interrupted.', 'Nothing was left running.'));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
  try {
    const plan = parseSimulateOptions(process.argv.slice(2), process.env);
    if (plan !== 'help') return await run(plan, interrupted.signal);
    process.stdout.write(SIMULATE_HELP);
    return 0;
  } catch (error) {
    process.stderr.write(`${error instanceof RemedyError ? error.message : describeBug(error)}\n`);
    return 2;
  }
}

async function run(plan: SimulationPlan, signal: AbortSignal): Promise<number> {
  const progress = plan.json ? process.stderr : process.stdout;
  const say = (line: string): void => void progress.write(`${line}\n`);
  const { users, tokens } = await findPeople(plan);
  checkOpenFiles(users.length);
  const city = await found(plan, users);
  say(
    `${users.length} people with ${city.friendships.length} friendships, on the streets of Chicago (© OpenStreetMap contributors).`,
  );
  if (plan.writeFriendshipsTo !== undefined) {
    await writeFriendships(plan.writeFriendshipsTo, city.friendships);
    say(`Written. Import them: npm run import-friendships -- ${plan.writeFriendshipsTo}`);
    return 0;
  }
  await befriend(plan, { city, tokens, signal, say });
  const view = createLiveView(progress, wallClock.now);
  const report = await simulate({
    ...plan,
    ...city,
    tokens,
    clock: wallClock,
    onProgress: (moment) => view.show(simulationPicture(moment)),
    signal,
  }).finally(() => view.end());
  process.stdout.write(plan.json ? `${JSON.stringify(report, undefined, 2)}\n` : `\n${simulationText(report)}`);
  return report.ok ? 0 : 1;
}

async function findPeople(plan: SimulationPlan): Promise<{ users: UserId[]; tokens: KeptTokens }> {
  const named = Array.from({ length: plan.people ?? 0 }, (_, index) => parseUserId(`${plan.prefix}-${index}`));
  switch (plan.tokens.from) {
    case 'deployment':
      return { users: named, tokens: new KeptTokens(devTokens({ url: plan.url, clock: wallClock })) };
    case 'secret':
      return { users: named, tokens: new KeptTokens(signedTokens(plan.tokens.signing)) };
    case 'file': {
      const known = await readTokens(plan.tokens.file);
      const { people = known.size } = plan;
      if (people > known.size || known.size === 0) {
        const remedy = 'Add tokens, or lower --people.';
        throw new RemedyError(`The file holds tokens for ${known.size} people.`, remedy);
      }
      return { users: [...known.keys()].slice(0, people), tokens: new KeptTokens(tokensFrom(known)) };
    }
  }
}

async function found({ pace, startMinute, seed, alwaysOn }: SimulationPlan, users: readonly UserId[]): Promise<City> {
  const streets = await loadCityStreets();
  const clock = new CityClock({ startsAtMs: wallClock.now(), startMinute, pace });
  return foundCity({ streets, users, clock, seed, alwaysOn });
}

async function befriend(
  { url }: SimulationPlan,
  { city, tokens, signal, say }: { city: City; tokens: KeptTokens; signal: AbortSignal; say: (line: string) => void },
): Promise<void> {
  const places = new Map(city.citizens.map(({ user }, index) => [user, index]));
  const addressOf = (user: UserId): string => sourceAddress(places.get(user) ?? 0);
  const api = new GraphApi({ url, tokens, addressOf, signal });
  const everyTenth = Math.ceil(city.friendships.length / 10);
  const { made, found } = await makeFriends(api, city.friendships, (done) => {
    if (everyTenth > 100 && done % everyTenth === 0)
      say(`${done} of ${city.friendships.length} friendships are there.`);
  });
  say(`Made ${made} friendships, ${found} were there already.`);
}

function describeBug(error: unknown): string {
  return `The simulation failed in an unforeseen way: ${error instanceof Error ? error.stack : String(error)}`;
}

// Not left to the event loop: clients that were closed still wait for answers.
process.exit(await main());
