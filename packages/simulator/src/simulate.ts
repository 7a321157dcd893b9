/** `npm run simulate`: simulates a city on a deployment for a while and reports what its people experienced. */
import { RemedyError } from '@nearby-friends/local-stack';
import { parseUserId, type UserId } from '@nearby-friends/protocol';
import { type City, createCity } from './city/city.ts';
import { CityClock } from './city/city-clock.ts';
import { runProgram } from './cli/command-line.ts';
import { createLiveView } from './cli/live-view.ts';
import { parseSimulateArguments, type SimulationPlan } from './cli/parse-simulate-arguments.ts';
import { simulationPicture, simulationText } from './cli/simulation-text.ts';
import { GraphApi } from './client/graph-api.ts';
import { writeFriendships } from './client/import-friendships.ts';
import { makeFriends } from './client/make-friends.ts';
import { sourceAddress } from './client/source-address.ts';
import { devTokens, readTokens, signedTokens, TokenCache, tokensFrom } from './client/tokens.ts';
import { wallClock } from './plain/wall-clock.ts';
import { checkOpenFiles } from './simulation/check-open-files.ts';
import { simulate } from './simulation/simulation.ts';
import { loadCityStreets } from './streets/city-streets.ts';

/** For what prevents the simulation; 1 is for failures that it reports. */
const COULD_NOT_RUN = 2;

async function run(plan: SimulationPlan, signal: AbortSignal): Promise<number> {
  const progress = plan.json ? process.stderr : process.stdout;
  const print = (line: string): void => void progress.write(`${line}\n`);
  const { users, tokens } = await findPeople(plan);
  checkOpenFiles(users.length);
  const city = await buildCity(plan, users);
  print(
    `${users.length} people with ${city.friendships.length} friendships, on the streets of Chicago (© OpenStreetMap contributors).`,
  );
  if (plan.writeFriendshipsTo !== undefined) {
    await writeFriendships(plan.writeFriendshipsTo, city.friendships);
    print(`Written. Import them: npm run import-friendships -- ${plan.writeFriendshipsTo}`);
    return 0;
  }
  await befriend(plan, { city, tokens, signal, print });
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

async function findPeople(plan: SimulationPlan): Promise<{ users: UserId[]; tokens: TokenCache }> {
  const named = Array.from({ length: plan.people ?? 0 }, (_, index) => parseUserId(`${plan.prefix}-${index}`));
  switch (plan.tokens.from) {
    case 'deployment':
      return { users: named, tokens: new TokenCache(devTokens({ url: plan.url, clock: wallClock })) };
    case 'secret':
      return { users: named, tokens: new TokenCache(signedTokens(plan.tokens.signing)) };
    case 'file': {
      const known = await readTokens(plan.tokens.file);
      const { people = known.size } = plan;
      if (people > known.size || known.size === 0) {
        const remedy = 'Add tokens, or lower --people.';
        throw new RemedyError(`The file holds tokens for ${known.size} people.`, remedy);
      }
      return { users: [...known.keys()].slice(0, people), tokens: new TokenCache(tokensFrom(known)) };
    }
  }
}

async function buildCity(
  { pace, startMinute, seed, alwaysOn }: SimulationPlan,
  users: readonly UserId[],
): Promise<City> {
  const streets = await loadCityStreets();
  const clock = new CityClock({ startsAtMs: wallClock.now(), startMinute, pace });
  return createCity({ streets, users, clock, seed, alwaysOn });
}

async function befriend(
  { url }: SimulationPlan,
  {
    city,
    tokens,
    signal,
    print,
  }: { city: City; tokens: TokenCache; signal: AbortSignal; print: (line: string) => void },
): Promise<void> {
  const places = new Map(city.citizens.map(({ user }, index) => [user, index]));
  const addressOf = (user: UserId): string => sourceAddress(places.get(user) ?? 0);
  const api = new GraphApi({ url, tokens, addressOf, signal });
  const everyTenth = Math.ceil(city.friendships.length / 10);
  const { made, found } = await makeFriends(api, city.friendships, (done) => {
    if (everyTenth > 100 && done % everyTenth === 0) print(`${done} of ${city.friendships.length} friendships exist.`);
  });
  print(`Made ${made} friendships, ${found} existed already.`);
}

// The event loop stays busy: closed clients still wait for acknowledgements.
process.exit(
  await runProgram((signal) => run(parseSimulateArguments(process.argv.slice(2), process.env), signal), COULD_NOT_RUN),
);
