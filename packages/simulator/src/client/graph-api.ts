/** The calls of the HTTP API that make friends, with retries, as the users themselves. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Api, createApi, NearbyError } from '@nearby-friends/client';
import { RemedyError } from '@nearby-friends/local-stack';
import { type UserId, userIdSchema } from '@nearby-friends/protocol';
import type { TokenCache } from './tokens.ts';
import { withRetries } from './with-retries.ts';

const PAGE = 200;
/** Enough for a service that is starting, or busy with an import. */
const ATTEMPTS = 6;
const RETRY_PAUSE_MS = 250;

interface GraphApiOptions {
  /** The deployment's public address, without a path. */
  readonly url: string;
  readonly tokens: TokenCache;
  /** The source address of each user's calls. */
  readonly addressOf: (user: UserId) => string;
  readonly signal?: AbortSignal | undefined;
}

/** Every call rejects with a {@link RemedyError} when the deployment refuses it for good. */
export class GraphApi {
  readonly #options: GraphApiOptions;

  constructor(options: GraphApiOptions) {
    this.#options = options;
  }

  /** All users that user sees. */
  async friendsOf(user: UserId): Promise<Set<UserId>> {
    return await this.#call(user, 'Listing friends', async ({ friends }) => {
      const ids = new Set<UserId>();
      for await (const { id } of friends.all({ limit: PAGE })) ids.add(userIdSchema.parse(id));
      return ids;
    });
  }

  /** Friend requests of both, which make them friends; idempotent. */
  async befriend(one: UserId, other: UserId): Promise<void> {
    await this.#call(one, 'A friend request', ({ requests }) => requests.send(other));
    await this.#call(other, 'A friend request', ({ requests }) => requests.send(one));
  }

  /** Sets the user's display name if it differs. */
  async name(user: UserId, displayName: string): Promise<void> {
    await this.#call(user, 'Setting a name', async ({ me }) => {
      if ((await me.get()).displayName !== displayName) await me.update({ displayName });
    });
  }

  async #call<T>(user: UserId, what: string, call: (api: Api) => Promise<T>): Promise<T> {
    const { url, tokens, addressOf, signal } = this.#options;
    const address = addressOf(user);
    // A missing token rejects here, with its own remedy.
    const token = await tokens.of(user, address);
    const api = createApi({ url, token, headers: { 'x-forwarded-for': address } });
    const pause = (attempt: number): Promise<void> => delay(RETRY_PAUSE_MS * attempt, undefined, { signal });
    try {
      signal?.throwIfAborted();
      return await withRetries(() => call(api), { attempts: ATTEMPTS, pause });
    } catch (cause) {
      signal?.throwIfAborted();
      if (!(cause instanceof NearbyError)) throw cause;
      throw new RemedyError(
        `${what} was refused: ${[cause.status, cause.code].filter((part) => part !== undefined).join(' ')}.`,
        'Check the friend-graph service’s log; are the tokens those of this deployment?',
        { cause },
      );
    }
  }
}
