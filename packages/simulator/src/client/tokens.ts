/** Where simulated people have their tokens from: the deployment itself, a file, or the secret that it is signed with. */
import { RemedyError } from '@nearby-friends/local-stack';
import { type UserId, userIdSchema } from '@nearby-friends/protocol';
import { CsvError } from 'csv-parse/sync';
import { SignJWT } from 'jose';
import { malformedValue, readCsv } from '../dataset/csv.ts';
import type { WallClock } from '../plain/wall-clock.ts';
import { signIn } from './sign-in.ts';

/** Gives a user a token, a new one at each call where that is possible. Rejects with a {@link RemedyError}. */
type TokenSource = (user: UserId, sourceAddress: string) => Promise<string>;

/** Of a deployment with `DEV_TOKENS=true`. */
export function devTokens(options: { readonly url: string; readonly clock: WallClock }): TokenSource {
  return async (user, sourceAddress) => {
    try {
      return await signIn(user, { ...options, sourceAddress });
    } catch (cause) {
      throw new RemedyError(
        `${options.url} gave no token for user ${user}.`,
        'Is the address right? A deployment without DEV_TOKENS=true needs --tokens FILE, or its JWT_SECRET in the environment.',
        { cause },
      );
    }
  };
}

/** What the deployment's own issuer signs with. */
export interface Signing {
  readonly secret: string;
  readonly audience: string;
  readonly issuer: string;
}

const DEFAULT_NAME = 'nearby-friends';
const LIFETIME = '12h';

/** Of `JWT_SECRET`, `JWT_AUDIENCE` and `JWT_ISSUER`, as the services read them; undefined when there is no secret. */
export function signingOf(env: NodeJS.ProcessEnv): Signing | undefined {
  // Of several secrets, one per line, the first one signs.
  const secret = (env['JWT_SECRET'] ?? '')
    .split(/\r?\n/)
    .map((line) => line.trim())
    .find((line) => line !== '');
  if (secret === undefined) return undefined;
  return { secret, audience: env['JWT_AUDIENCE'] || DEFAULT_NAME, issuer: env['JWT_ISSUER'] || DEFAULT_NAME };
}

/** Signed here (HS256); such a token is enough for a new user. */
export function signedTokens(options: Signing): TokenSource {
  const key = new TextEncoder().encode(options.secret);
  return (user) =>
    new SignJWT()
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(user)
      .setAudience(options.audience)
      .setIssuer(options.issuer)
      .setIssuedAt()
      .setExpirationTime(LIFETIME)
      .sign(key);
}

/**
 * The users of a CSV file `user,token`, in its order, each with their token. Throws {@link RemedyError} naming file and
 * line, and never what stands there.
 */
export async function readTokens(file: string): Promise<ReadonlyMap<UserId, string>> {
  const rows = await readCsv(file, ['user', 'token'], 'Give the path of a CSV file with the header user,token.').catch(
    (error: unknown) => {
      if (!(error instanceof Error && error.cause instanceof CsvError)) throw error;
      // The parser would quote what it could not read.
      throw new RemedyError(`${file} is not a well-formed CSV file.`, 'Each line is a user, a comma and a token.');
    },
  );
  const tokens = new Map<UserId, string>();
  for (const { values, line } of rows) {
    const user = userIdSchema.safeParse(values.user);
    if (!user.success) throw malformedValue(file, line, 'user', 'a user id (1–64 characters of A-Za-z0-9_-)');
    if (values.token === '') throw malformedValue(file, line, 'token', 'a token');
    tokens.set(user.data, values.token);
  }
  return tokens;
}

export function tokensFrom(tokens: ReadonlyMap<UserId, string>): TokenSource {
  return async (user) => {
    const token = tokens.get(user);
    if (token === undefined) throw new RemedyError(`There is no token for user ${user}.`, 'Add it to the file.');
    return token;
  };
}

/** Keeps each user's token, so that their calls and their connection share one. */
export class TokenCache {
  readonly #source: TokenSource;
  readonly #kept = new Map<UserId, Promise<string>>();

  constructor(source: TokenSource) {
    this.#source = source;
  }

  of(user: UserId, sourceAddress: string): Promise<string> {
    return this.#kept.get(user) ?? this.renew(user, sourceAddress);
  }

  /** A new one: the last one is not good any more. */
  renew(user: UserId, sourceAddress: string): Promise<string> {
    const token = this.#source(user, sourceAddress);
    this.#kept.set(user, token);
    token.catch(() => this.#kept.delete(user));
    return token;
  }
}
