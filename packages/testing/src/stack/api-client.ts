/** Calls the HTTP API through the load balancer, as a user. */
import { setTimeout as delay } from 'node:timers/promises';
import type { System } from './system.ts';

/** Between calls that were answered with 503, ms. */
export const RETRY_MS = 200;
const GIVE_UP_MS = 60_000;

export interface ApiResponse {
  readonly status: number;
  readonly headers: Headers;
  /** Undefined when there is none. */
  readonly body: unknown;
}

export class ApiClient {
  readonly #system: System;
  readonly #tokens = new Map<string, string>();

  constructor(system: System) {
    this.#system = system;
  }

  /** Resolves with the response, whatever its status. */
  async request(user: string, method: string, path: string, json?: unknown): Promise<ApiResponse> {
    const token = this.#tokens.get(user) ?? (await this.#system.token(user));
    this.#tokens.set(user, token);
    const response = await fetch(`${this.#system.url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
  }

  /** Rejects unless the status is 2xx; resolves with the body. */
  async call(user: string, method: string, path: string, json?: unknown): Promise<unknown> {
    const { status, body } = await this.request(user, method, path, json);
    if (status < 200 || status > 299) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  /** As {@link call}, but retries while the status is 503, as the protocol says; for a minute at most. */
  async callUntilAccepted(user: string, method: string, path: string, json?: unknown): Promise<unknown> {
    for (const giveUpAt = Date.now() + GIVE_UP_MS; ; ) {
      const { status, body } = await this.request(user, method, path, json);
      if (status >= 200 && status < 300) return body;
      if (status !== 503 || Date.now() > giveUpAt)
        throw new Error(`${method} ${path}: ${status} ${JSON.stringify(body)}`);
      await delay(RETRY_MS);
    }
  }
}
