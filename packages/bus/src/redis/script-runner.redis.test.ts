import { describe, expect, it } from '@jest/globals';
import { useRedis } from './redis.testing.ts';
import { defineScript, runScript, runScriptBuffer } from './script-runner.ts';

const redis = useRedis();
const APPEND = defineScript(`redis.call('APPEND', KEYS[1], ARGV[1]) return redis.call('GET', KEYS[1])`);
const FAIL = defineScript(`return redis.error_reply('WRONG no')`);
const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

describe('scripts', () => {
  it('run although Redis forgets them in between', async () => {
    const connection = await redis.connect('commands');
    expect(await runScript(connection, APPEND, ['k'], ['a'])).toBe('a');
    await connection.script('FLUSH');
    expect(await runScript(connection, APPEND, ['k'], ['b'])).toBe('ab');
    expect(await runScript(connection, APPEND, ['k'], [7])).toBe('ab7');
  });

  it('run when many unknown ones are sent in one turn, each once and in order', async () => {
    const connection = await redis.connect('commands');
    const calls = Array.from({ length: 300 }, (_, i) => runScript(connection, APPEND, ['{k}'], [`${i},`]));
    const results = await Promise.all(calls);
    expect(results.at(-1)).toBe(Array.from({ length: 300 }, (_, i) => `${i},`).join(''));
  });

  it('take bytes and give bytes, also when they have to be loaded first', async () => {
    const connection = await redis.connect('commands');
    expect(await runScriptBuffer(connection, APPEND, ['k'], [everyByte])).toEqual(everyByte);
    expect(await runScriptBuffer(connection, APPEND, ['k'], [everyByte])).toEqual(
      Buffer.concat([everyByte, everyByte]),
    );
    // And this is why there are two: as text, bytes are spoiled.
    expect(Buffer.from((await runScript(connection, APPEND, ['k'], [''])) as string)).not.toEqual(
      Buffer.concat([everyByte, everyByte]),
    );
  });

  it('pass on what goes wrong in them', async () => {
    const connection = await redis.connect('commands');
    await expect(runScript(connection, FAIL, ['k'], [])).rejects.toThrow('WRONG no');
    await expect(runScriptBuffer(connection, FAIL, ['k'], [])).rejects.toThrow('WRONG no');
  });
});
