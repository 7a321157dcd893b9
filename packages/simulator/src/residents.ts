/** `npm run residents`, and a process of the local stack: people on the map, for as long as it runs. */
import { RemedyError } from '@nearby-friends/local-stack';
import type { UserId } from '@nearby-friends/protocol';
import { DEMO_PERSON } from './city/demo-people.ts';
import { countsText } from './cli/measured-text.ts';
import { parseResidentsOptions, RESIDENTS_HELP, type ResidentsPlan } from './cli/residents-options.ts';
import { GraphApi } from './client/graph-api.ts';
import { sourceAddress } from './client/source-address.ts';
import { devTokens, KeptTokens, signedTokens, signingOf } from './client/tokens.ts';
import { Crowd } from './run/crowd.ts';
import { type DemoCity, foundDemoCity, nameEverybody } from './run/demo-city.ts';
import { Experience } from './run/experience.ts';
import { importPairs } from './run/import-friendships.ts';
import { makeFriends } from './run/make-friends.ts';
import { checkOpenFiles } from './run/open-files.ts';
import { ResidentsWatch } from './run/residents-watch.ts';
import { loadCityStreets } from './streets/city-streets.ts';
import { wallClock } from './wall-clock.ts';

const TICK_MS = 100;
const ARRIVALS_PER_SECOND = 100;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** The exit code: 0 when it was asked to end. */
async function main(): Promise<number> {
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => ending.abort());
  try {
    const plan = parseResidentsOptions(process.argv.slice(2));
    if (plan === 'help') process.stdout.write(RESIDENTS_HELP);
    else await live(plan, ending.signal);
    return 0;
  } catch (error) {
    process.stderr.write(`${sentenceOf(error)}\n`);
    return 1;
  }
}

async function live(plan: ResidentsPlan, signal: AbortSignal): Promise<void> {
  checkOpenFiles(plan.people);
  const { now } = wallClock;
  const city = foundDemoCity({ ...plan, streets: await loadCityStreets(), startsAtMs: now() });
  const signing = signingOf(process.env);
  const source = signing === undefined ? devTokens({ url: plan.url, clock: wallClock }) : signedTokens(signing);
  const tokens = new KeptTokens(source);
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
  // The local stack waits for this word.
  say(`Ready: ${plan.people} people come out into the streets of Chicago (© OpenStreetMap contributors).`);
  void makeAcquaintance(plan, { city, tokens, signal });
  const watch = new ResidentsWatch(say);
  try {
    while (!signal.aborted) {
      crowd.tick();
      watch.look(now(), { online: crowd.online, reasons: countsText(experience.refused) });
      await wallClock.pause(TICK_MS);
    }
  } finally {
    crowd.close();
  }
}

/** Never rejects: without friends the residents are on the map all the same. */
async function makeAcquaintance(
  { url }: ResidentsPlan,
  { city, tokens, signal }: { city: DemoCity; tokens: KeptTokens; signal: AbortSignal },
): Promise<void> {
  const places = new Map(city.citizens.map(({ user }, index) => [user, index]));
  const addressOf = (user: UserId): string => sourceAddress(places.get(user) ?? places.size);
  const api = new GraphApi({ url, tokens, addressOf, signal });
  // The newcomer's first: somebody is waiting for them.
  const friendships = [...city.newcomersFriendships, ...city.friendships];
  const databaseUrl = process.env['DATABASE_URL'];
  try {
    if (databaseUrl) await importPairs(friendships, databaseUrl, signal);
    else await makeFriends(api, friendships);
    await nameEverybody(api, city);
    say(
      `${city.newcomersFriendships.length} of them are friends of “${DEMO_PERSON.id}”, and of each other: sign in as ${DEMO_PERSON.id} at ${url}`,
    );
  } catch (error) {
    if (!signal.aborted) say(`Not all friendships of the residents could be made: ${sentenceOf(error)}`);
  }
}

function sentenceOf(error: unknown): string {
  return error instanceof RemedyError ? error.message : `It failed in an unforeseen way: ${String(error)}`;
}

// Not left to the event loop: clients that were closed still wait for answers.
process.exit(await main());
