/** OwnTracks' messages over HTTP (owntracks.org/booklet/tech/json), as its Android and iOS apps send them. */
import { z } from 'zod';
import { dividedBy, parseJson, type Reading, readFix } from './fix.ts';

const KMH_PER_MS = 3.6;
const PERCENT = 100;
const PING = 'p';
const REQUESTED = 'r';

const messageSchema = z.looseObject({ _type: z.string() });
type Message = z.infer<typeof messageSchema>;

/** One message per request. Which wireless network, which region and which topic is neither kept nor logged. */
export function readOwnTracks(body: Buffer): Reading {
  const message = messageSchema.safeParse(parseJson(body));
  if (!message.success) return { skipped: 'malformed' };
  const { _type: type, ...fields } = message.data;
  if (type !== 'location') return { skipped: 'other_message' };
  const reading = readFix(
    {
      lat: fields['lat'],
      lng: fields['lon'],
      accuracy: fields['acc'],
      heading: fields['cog'],
      speed: dividedBy(fields['vel'], KMH_PER_MS),
      battery: dividedBy(fields['batt'], PERCENT),
    },
    takenAtOf(message.data),
  );
  if ('skipped' in reading) return reading;
  const { tst, t: trigger } = message.data;
  return { fix: { ...reading.fix, measuredAt: Number(tst) * 1000, isRequested: trigger === REQUESTED } };
}

/** ms. A ping of Android repeats the last fix with its old time: the device is still there. */
function takenAtOf({ tst, created_at: createdAt, t: trigger }: Message): number {
  if (typeof tst !== 'number') return Number.NaN;
  const isConfirmed = trigger === PING && typeof createdAt === 'number';
  return (isConfirmed ? Math.max(tst, createdAt) : tst) * 1000;
}
