/** The mark that a writer leaves beside the stream for the next writer. */
import { expect, it } from '@jest/globals';
import { useRedis } from '../redis/redis.testing.ts';
import { useFencedStream } from './fenced-stream.testing.ts';

const redis = useRedis();
const streams = useFencedStream(redis);

it('is what the last writer left, replaced by none who has not seen it, and gone with the memory of Redis', async () => {
  const [{ writer, connection }, { writer: other }] = [await streams.openWriter(), await streams.openWriter()];
  expect(await writer.mark()).toBeNull();
  await writer.replaceMark(null, 'a');
  await other.replaceMark(null, 'late');
  expect(await other.mark()).toBe('a');
  await other.replaceMark('a', 'b');
  await writer.replaceMark('a', 'late');
  expect(await writer.mark()).toBe('b');
  await connection.flushall();
  expect(await writer.mark()).toBeNull();
});
