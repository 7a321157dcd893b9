/** Runs Lua scripts by their digest and loads them where Redis does not know them (a restart forgets them all). */
import { createHash } from 'node:crypto';
import type { Redis } from './redis-connection.ts';

export interface Script {
  readonly source: string;
  readonly digest: string;
}

export function defineScript(source: string): Script {
  return { source, digest: createHash('sha1').update(source).digest('hex') };
}

/** Runs `script`; pipelined with whatever else is sent in the same turn. Rejects as ioredis does. */
export async function runScript(
  redis: Redis,
  script: Script,
  keys: readonly string[],
  args: readonly (string | number | Buffer)[],
): Promise<unknown> {
  try {
    return await redis.evalsha(script.digest, keys.length, ...keys, ...args);
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
    return redis.eval(script.source, keys.length, ...keys, ...args);
  }
}
