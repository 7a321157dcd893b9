/** `npm run residents`, and a process of the local stack: simulated people on the map, for as long as it runs. */
import type { UserId } from '@nearby-friends/protocol';
import { DEMO_PERSON } from './city/demo-people.ts';
import { errorText, runProgram } from './cli/command-line.ts';
import { countsText } from './cli/measured-text.ts';
import { parseResidentsArguments, type ResidentsPlan } from './cli/parse-residents-arguments.ts';
import { GraphApi } from './client/graph-api.ts';
import { importPairs } from './client/import-friendships.ts';
import { makeFriends } from './client/make-friends.ts';
import { sourceAddress } from './client/source-address.ts';
import { devTokens, signedTokens, signingOf, TokenCache } from './client/tokens.ts';
import { wallClock } from './plain/wall-clock.ts';
import { checkOpenFiles } from './simulation/check-open-files.ts';
import { Crowd } from './simulation/crowd.ts';
import { createDemoCity, type DemoCity, nameAll } from './simulation/demo-city.ts';
import { Experience } from './simulation/experience.ts';
import { ResidentsWatch } from './simulation/residents-watch.ts';
import { loadCityStreets } from './streets/city-streets.ts';

const TICK_MS = 100;
const ARRIVALS_PER_SECOND = 100;

const print = (line: string): void => void process.stdout.write(`${line}\n`);

async function live(plan: ResidentsPlan, signal: AbortSignal): Promise<void> {
  checkOpenFiles(plan.people);
  const { now } = wallClock;
  const city = createDemoCity({ ...plan, streets: await loadCityStreets(), startsAtMs: now() });
  const signing = signingOf(process.env);
  const source = signing === undefined ? devTokens({ url: plan.url, clock: wallClock }) : signedTokens(signing);
  const tokens = new TokenCache(source);
  const experience = new Experience(now);
  const crowd = new Crowd({
    ...city,
    url: plan.url,
    tokens,
    clock: wallClock,
    observer: experience,
    transport: 'websocket',
    intervalMs: plan.intervalMs,
    arrivalsPerSecond: ARRIVALS_PER_SECOND,
  });
  // The local stack waits for this line.
  print(`Ready: ${plan.people} people are on the streets of Chicago (© OpenStreetMap contributors).`);
  void makeFriendships(plan, { city, tokens, signal });
  const watch = new ResidentsWatch(print);
  try {
    while (!signal.aborted) {
      crowd.tick();
      watch.update(now(), { online: crowd.online, reasons: countsText(experience.refused) });
      await wallClock.pause(TICK_MS);
    }
  } finally {
    crowd.close();
  }
}

/** Never rejects: without friendships the residents stay on the map. */
async function makeFriendships(
  { url }: ResidentsPlan,
  { city, tokens, signal }: { city: DemoCity; tokens: TokenCache; signal: AbortSignal },
): Promise<void> {
  const places = new Map(city.citizens.map(({ user }, index) => [user, index]));
  const addressOf = (user: UserId): string => sourceAddress(places.get(user) ?? places.size);
  const api = new GraphApi({ url, tokens, addressOf, signal });
  // The newcomer's first: a person is waiting for them.
  const friendships = [...city.newcomersFriendships, ...city.friendships];
  const databaseUrl = process.env['DATABASE_URL'];
  try {
    if (databaseUrl) await importPairs(friendships, databaseUrl, signal);
    else await makeFriends(api, friendships);
    await nameAll(api, city);
    print(
      `${city.newcomersFriendships.length} of them are friends of “${DEMO_PERSON.id}”, and of each other: sign in as ${DEMO_PERSON.id} at ${url}`,
    );
  } catch (error) {
    if (!signal.aborted) print(`Not all friendships of the residents could be made: ${errorText(error)}`);
  }
}

// The event loop stays busy: closed clients still wait for acknowledgements.
process.exit(
  await runProgram(async (signal) => {
    await live(parseResidentsArguments(process.argv.slice(2)), signal);
    return 0;
  }),
);
