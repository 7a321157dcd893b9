/** Settings of a process: each with type, default, unit and description in one place, read from the environment. */
import { z } from 'zod';
import { secretText } from './secret-text.ts';

export interface Setting<T> {
  /** Name of the environment variable. */
  readonly env: string;
  /** Parses the variable's text; its error describes the problem. */
  readonly schema: z.ZodType<T, string>;
  /** As text, as written in the environment. Without it the variable is required. */
  readonly default?: string;
  readonly unit?: string;
  /** One sentence. */
  readonly description: string;
  /** Never shown, not even in an error. Can also be read from the file that the variable with suffix `_FILE` names. */
  readonly secret?: boolean;
}

export type Settings = Readonly<Record<string, Setting<unknown>>>;
export type Config<S extends Settings> = { readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : never };

/** The configuration is invalid: the process reports it and exits with a non-zero code. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Schemas for the text of an environment variable. */
export const fromText = {
  string: () => z.string().min(1),
  integer: (min: number, max: number) =>
    z
      .string()
      .regex(/^-?\d+$/, 'must be a whole number')
      .transform(Number)
      .pipe(z.number().min(min).max(max)),
  number: (min: number, max: number) =>
    z
      .string()
      .regex(/^-?\d+(\.\d+)?$/, 'must be a number')
      .transform(Number)
      .pipe(z.number().min(min).max(max)),
  boolean: () => z.enum(['true', 'false']).transform((text) => text === 'true'),
  oneOf: <const T extends readonly [string, ...string[]]>(values: T) => z.enum(values),
  /** Comma-separated; empty text is an empty list. */
  list: () =>
    z.string().transform((text) =>
      text
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== ''),
    ),
  url: (...protocols: string[]) =>
    z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol.slice(0, -1)), {
      error: `must be a URL of ${protocols.join(' or ')}`,
    }),
};

/** Checks settings against {@link Setting} and keeps their own types. */
export function defineSettings<const S extends { [K in keyof S]: Setting<unknown> }>(settings: S): S {
  return settings;
}

/** Reads and checks all settings. Throws one {@link ConfigError} that lists all problems. */
export function readConfig<S extends Settings>(settings: S, env: NodeJS.ProcessEnv): Config<S> {
  const values: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [name, setting] of Object.entries(settings)) {
    const given = textOf(setting, env, problems);
    if (given === null) continue;
    const text = given === undefined || given === '' ? setting.default : given;
    if (text === undefined) {
      problems.push(`${setting.env} is not set: ${setting.description}`);
      continue;
    }
    const parsed = setting.schema.safeParse(text);
    if (parsed.success) values[name] = parsed.data;
    else {
      const what = setting.secret ? 'the given value' : `"${text}"`;
      problems.push(`${setting.env}: ${what} ${parsed.error.issues.map((issue) => issue.message).join('; ')}`);
    }
  }
  if (problems.length > 0) {
    throw new ConfigError(`Invalid configuration:\n  ${problems.join('\n  ')}\nSee --help for all settings.`);
  }
  return values as Config<S>;
}

/** The text of a setting; null when its file cannot be read, which is added to `problems`. */
function textOf(setting: Setting<unknown>, env: NodeJS.ProcessEnv, problems: string[]): string | null | undefined {
  if (!setting.secret) return env[setting.env];
  try {
    return secretText(setting.env, env);
  } catch (error) {
    problems.push(`${setting.env}: ${error instanceof Error ? error.message : 'cannot be read'}`);
    return null;
  }
}

/** The output of `--help`: every setting with unit, default and description. */
export function helpText(program: string, purpose: string, settings: Settings): string {
  const rows = Object.values(settings).map((setting) => {
    const unit = setting.unit ? ` (${setting.unit})` : '';
    const fallback = describeDefault(setting);
    const names = setting.secret ? `${setting.env} or ${setting.env}_FILE` : setting.env;
    return `  ${names}${unit}, ${fallback}\n      ${setting.description}`;
  });
  return `${program}: ${purpose}

  --help     Show this help.
  --metrics  List all metrics with type and description. Required settings must be set.

Settings, from environment variables:
${rows.join('\n')}
`;
}

function describeDefault(setting: Setting<unknown>): string {
  if (setting.default === undefined) return 'required';
  if (setting.default === '') return 'default empty';
  return setting.secret ? 'has a default' : `default ${setting.default}`;
}
