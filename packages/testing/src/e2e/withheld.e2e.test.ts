/** What was reported while it was not to be seen is never seen: neither at once after a widening nor by who comes later. */
import { describe, expect, it } from '@jest/globals';
import { eventually } from '../plain/eventually.ts';
import { FERRY_BUILDING } from '../plain/places.ts';
import { ApiClient } from '../stack/api-client.ts';
import type { NearbyClient } from '../stack/nearby-client.ts';
import { useSharedSystem } from '../stack/use-shared-system.ts';

const system = useSharedSystem();
const api = new ApiClient(system);
/** So far ahead that it has not passed when the call arrives, and soon enough to wait for, ms. */
const ENDS_IN_MS = 5_000;
/** The next report, and the list of whom it concerns, take this long at most, ms. */
const SEEN_MS = 20_000;

/** Every place is a little further north than the one before. */
let placed = 0;
function nextPlace(): { lat: number; lng: number } {
  return { lat: FERRY_BUILDING.lat + ++placed * 0.0001, lng: FERRY_BUILDING.lng };
}

interface Way {
  readonly name: string;
  /** Resolves when the subject's reports are withheld. */
  withhold(subject: string, viewer: string): Promise<unknown>;
  /** Resolves when the viewer may see the subject's next report. */
  widen(subject: string, viewer: string): Promise<unknown>;
}

const call = api.callUntilAccepted.bind(api);
const befriend = async (subject: string, viewer: string) => {
  await call(subject, 'POST', '/friend-requests', { to: viewer });
  await call(viewer, 'POST', `/friend-requests/${subject}/accept`);
};
const grant = (subject: string, viewer: string, granted: object) => call(subject, 'PUT', `/viewers/${viewer}`, granted);
const untilPast = (time: number) => eventually(() => expect(Date.now()).toBeGreaterThan(time), SEEN_MS);
let end = 0;

const WAYS: readonly Way[] = [
  {
    name: 'pause',
    withhold: (subject) => call(subject, 'PUT', '/me/sharing', { paused: true }),
    widen: (subject) => call(subject, 'PUT', '/me/sharing', { paused: false }),
  },
  {
    name: 'pause that ends by itself',
    withhold: (subject) => {
      end = Date.now() + ENDS_IN_MS;
      return call(subject, 'PUT', '/me/sharing', { paused: true, until: end });
    },
    widen: () => untilPast(end + 100),
  },
  {
    name: 'hide',
    withhold: (subject, viewer) => grant(subject, viewer, { precision: 'hidden' }),
    widen: (subject, viewer) => grant(subject, viewer, { precision: 'exact' }),
  },
  {
    name: 'block',
    withhold: (subject, viewer) => call(subject, 'POST', '/blocks', { userId: viewer }),
    widen: async (subject, viewer) => {
      await call(subject, 'DELETE', `/blocks/${viewer}`);
      await befriend(subject, viewer);
    },
  },
  {
    name: 'grant that ends by itself',
    withhold: async (subject, viewer) => {
      end = Date.now() + ENDS_IN_MS;
      await grant(subject, viewer, { precision: 'exact', until: end });
      await untilPast(end + 100);
    },
    widen: (subject, viewer) => grant(subject, viewer, { precision: 'exact' }),
  },
];

/** Resolves when everything that gateway holds for the viewer has been sent: a beacon's report after this call is there. */
async function untilFlushed(viewer: NearbyClient, beacon: NearbyClient, beaconId: string): Promise<void> {
  const place = nextPlace();
  await beacon.report(place);
  await eventually(() => expect(viewer.list.get(beaconId)?.lat).toBeCloseTo(place.lat, 9), SEEN_MS);
}

describe.each(WAYS)('$name', ({ name, withhold, widen }) => {
  it('[G7] what was reported meanwhile is not seen after it, online, after a return or later; the next report is', async () => {
    const slug = name.replaceAll(' ', '-');
    const [subject, viewer, beacon] = [`withheld-${slug}-s`, `withheld-${slug}-v`, `withheld-${slug}-b`];
    await system.befriend([subject, viewer], [beacon, viewer]);
    const [sending, online, lighting] = await Promise.all([subject, viewer, beacon].map((user) => system.signIn(user)));
    if (!sending || !online || !lighting) throw new Error('not signed in');
    await Promise.all([
      online.reportUntilKept(FERRY_BUILDING),
      lighting.reportUntilKept(nextPlace()),
      sending.reportUntilKept(nextPlace()),
    ]);
    await eventually(() => expect(online.list.get(subject)).toBeDefined(), SEEN_MS);
    await withhold(subject, viewer);
    const secret = nextPlace();
    await sending.reportUntilKept(secret);
    // The phone is switched off: nothing newer comes by itself.
    sending.close();
    await widen(subject, viewer);
    const late = await system.signIn(viewer);
    await late.report(FERRY_BUILDING);
    for (const each of [online, late]) {
      await untilFlushed(each, lighting, beacon);
      expect(each.list.get(subject)).toBeUndefined();
    }
    const again = await system.signIn(subject);
    const shown = nextPlace();
    // One that waited for a busy gateway counts as of before, and the next one is seen.
    await eventually(async () => {
      await again.reportUntilKept(shown);
      for (const each of [online, late]) expect(each.list.get(subject)?.lat).toBeCloseTo(shown.lat, 9);
    }, SEEN_MS);
  }, 60_000);
});

it('[G7] a new friendship that was never withheld shows both at once', async () => {
  const [one, other] = ['withheld-new-1', 'withheld-new-2'];
  const clients = await Promise.all([one, other].map((user) => system.signIn(user)));
  await Promise.all(clients.map((client) => client.reportUntilKept(FERRY_BUILDING)));
  await befriend(one, other);
  await eventually(() => {
    expect(clients.map((client, i) => client.list.has(i === 0 ? other : one))).toEqual([true, true]);
  }, SEEN_MS);
});
