/** The calls of the HTTP API that make friends: as the people themselves would. */
import { setTimeout as delay } from 'node:timers/promises';
import { RemedyError } from '@nearby-friends/local-stack';
import { type UserId, userIdSchema } from '@nearby-friends/protocol';
import type { TokenCache } from './tokens.ts';

const PAGE = 200;
const RESPONSE_TIMEOUT_MS = 10_000;
/** A service that is starting, or busy with an import, gets so many chances. */
const ATTEMPTS = 6;
const RETRY_PAUSE_MS = 250;
const UNAVAILABLE = 503;
const TOO_MANY = 429;
/** The connection failed before there was one. */
const NO_RESPONSE = 0;

interface GraphApiOptions {
  /** The deployment's public address, without a path. */
  readonly url: string;
  readonly tokens: TokenCache;
  /** From where each user calls. */
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
    const friends = new Set<UserId>();
    for (let cursor = ''; ; ) {
      const page = await this.#call(user, 'GET', `/friends?limit=${PAGE}${cursor}`);
      for (const { id } of listIn(page)) friends.add(userIdSchema.parse(id));
      const next = fieldOf(page, 'nextCursor');
      if (typeof next !== 'string') return friends;
      cursor = `&cursor=${encodeURIComponent(next)}`;
    }
  }

  /** Friend requests of both, which make them friends; idempotent. */
  async befriend(one: UserId, other: UserId): Promise<void> {
    await this.#call(one, 'POST', '/friend-requests', { to: other });
    await this.#call(other, 'POST', '/friend-requests', { to: one });
  }

  /** Calls the user by that name from now on. */
  async name(user: UserId, displayName: string): Promise<void> {
    if (fieldOf(await this.#call(user, 'GET', '/me'), 'displayName') === displayName) return;
    await this.#call(user, 'PATCH', '/me', { displayName });
  }

  async #call(user: UserId, method: string, path: string, json?: unknown): Promise<unknown> {
    for (let attempt = 1; ; attempt += 1) {
      this.#options.signal?.throwIfAborted();
      const { status, body } = await this.#request(user, method, path, json);
      if (status >= 200 && status < 300) return body;
      const mayPass = status === NO_RESPONSE || status === UNAVAILABLE || status === TOO_MANY;
      if (!mayPass || attempt === ATTEMPTS) throw refusal(method, path, status, body);
      await delay(RETRY_PAUSE_MS * attempt);
    }
  }

  async #request(
    user: UserId,
    method: string,
    path: string,
    json: unknown,
  ): Promise<{ status: number; body: unknown }> {
    const { url, tokens, addressOf } = this.#options;
    const token = await tokens.of(user, addressOf(user));
    try {
      const response = await fetch(new URL(`/api/v1${path}`, url), {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          'x-forwarded-for': addressOf(user),
          ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(json === undefined ? {} : { body: JSON.stringify(json) }),
        signal: AbortSignal.timeout(RESPONSE_TIMEOUT_MS),
      });
      const text = await response.text();
      return { status: response.status, body: parseJson(text) };
    } catch (cause) {
      return { status: NO_RESPONSE, body: { code: cause instanceof Error ? cause.message : String(cause) } };
    }
  }
}

function refusal(method: string, path: string, status: number, body: unknown): RemedyError {
  const code = fieldOf(body, 'code') ?? 'unreadable response';
  const what = status === NO_RESPONSE ? String(code) : `${status} ${String(code)}`;
  return new RemedyError(
    `${method} /api/v1${path.replace(/\?.*/, '')} was refused: ${what}.`,
    'Check the friend-graph service’s log; are the tokens those of this deployment?',
  );
}

function listIn(page: unknown): readonly { readonly id: unknown }[] {
  const items = fieldOf(page, 'items');
  return Array.isArray(items) ? items : [];
}

function fieldOf(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null ? (body as Readonly<Record<string, unknown>>)[name] : undefined;
}

function parseJson(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    // A proxy's page: the status is enough.
    return undefined;
  }
}
