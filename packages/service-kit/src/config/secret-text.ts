/** Reads a secret from the environment, or from a file that the environment names, as containers use it. */
import { readFileSync } from 'node:fs';

/**
 * The value of `name`, or the content of the file named by `NAME_FILE` without trailing white space; undefined when neither
 * is set. Throws an error that names the variable, never the content, when the file cannot be read.
 */
export function secretText(name: string, env: NodeJS.ProcessEnv): string | undefined {
  const given = env[name];
  if (given !== undefined && given !== '') return given;
  const file = env[`${name}_FILE`];
  if (file === undefined || file === '') return undefined;
  try {
    return readFileSync(file, 'utf8').trimEnd();
  } catch (cause) {
    throw new Error(`the file named by ${name}_FILE cannot be read`, { cause });
  }
}
