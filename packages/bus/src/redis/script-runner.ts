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

type ScriptArgument = string | number | Buffer;

/**
 * ioredis makes a `…Buffer` variant of every command, but its types leave these two out. `callBuffer('evalsha', …)` is
 * no way around: together with auto-pipelining, ioredis 6.0.0 sends it without the command's name.
 */
interface BinaryScripting {
  evalshaBuffer(digest: string, numberOfKeys: number, ...keysAndArgs: ScriptArgument[]): Promise<unknown>;
  evalBuffer(source: string, numberOfKeys: number, ...keysAndArgs: ScriptArgument[]): Promise<unknown>;
}

/**
 * Runs `script`; pipelined with whatever else is sent in the same turn. Strings of the answer are taken for UTF-8, so
 * bytes are spoiled: use {@link runScriptBuffer} for those. Rejects as ioredis does.
 */
export function runScript(
  redis: Redis,
  script: Script,
  keys: readonly string[],
  args: readonly ScriptArgument[],
): Promise<unknown> {
  return loadingIfUnknown(
    () => redis.evalsha(script.digest, keys.length, ...keys, ...args),
    () => redis.eval(script.source, keys.length, ...keys, ...args),
  );
}

/** As {@link runScript}, with every string of the answer as a `Buffer`. */
export function runScriptBuffer(
  redis: Redis,
  script: Script,
  keys: readonly string[],
  args: readonly ScriptArgument[],
): Promise<unknown> {
  const binary = redis as Redis & BinaryScripting;
  return loadingIfUnknown(
    () => binary.evalshaBuffer(script.digest, keys.length, ...keys, ...args),
    () => binary.evalBuffer(script.source, keys.length, ...keys, ...args),
  );
}

async function loadingIfUnknown(run: () => Promise<unknown>, load: () => Promise<unknown>): Promise<unknown> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
    return await load();
  }
}
