/** Runs Lua scripts by digest, and loads a script when Redis does not know it (a restart drops all scripts). */
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
 * ioredis has a `…Buffer` variant of every command, but its types lack these two. `callBuffer('evalsha', …)` does not
 * work instead: with auto-pipelining, ioredis 6.0.0 sends it without the command's name.
 */
interface BinaryScripting {
  evalshaBuffer(digest: string, numberOfKeys: number, ...keysAndArgs: ScriptArgument[]): Promise<unknown>;
  evalBuffer(source: string, numberOfKeys: number, ...keysAndArgs: ScriptArgument[]): Promise<unknown>;
}

/**
 * Runs `script`, pipelined with the other commands of the same turn. Strings in the result are decoded as UTF-8; for
 * binary data use {@link runScriptBuffer}. Rejects as ioredis does.
 */
export function runScript(
  redis: Redis,
  script: Script,
  keys: readonly string[],
  args: readonly ScriptArgument[],
): Promise<unknown> {
  return runOrLoad(
    () => redis.evalsha(script.digest, keys.length, ...keys, ...args),
    () => redis.eval(script.source, keys.length, ...keys, ...args),
  );
}

/** Like {@link runScript}, with every string of the result as a `Buffer`. */
export function runScriptBuffer(
  redis: Redis,
  script: Script,
  keys: readonly string[],
  args: readonly ScriptArgument[],
): Promise<unknown> {
  const binary = redis as Redis & BinaryScripting;
  return runOrLoad(
    () => binary.evalshaBuffer(script.digest, keys.length, ...keys, ...args),
    () => binary.evalBuffer(script.source, keys.length, ...keys, ...args),
  );
}

async function runOrLoad(run: () => Promise<unknown>, load: () => Promise<unknown>): Promise<unknown> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
    return await load();
  }
}
