/** Serves `/health`, `/ready` and `/metrics` on a separate port that nginx does not expose. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CancelTimer, type Clock, systemClock } from '../clock/clock.ts';
import type { Logger } from '../logging/logger.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Component } from './lifecycle.ts';
import { listen } from './listen.ts';

/** Checks that one part of the service works now; throws with the reason when it does not. */
export interface ReadinessCheck {
  readonly name: string;
  check(): Promise<void> | void;
}

/** A check that takes longer has failed. */
export const READINESS_TIMEOUT_MS = 2_000;
/** A scrape of /metrics checks readiness again when the last check is older than this. */
export const READINESS_RENEWAL_MS = 2_000;

interface OpsServerOptions {
  readonly host: string;
  /** 0 selects a free port. */
  readonly port: number;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** `/ready` responds with 200 when all pass. */
  readonly checks: readonly ReadinessCheck[];
  /** For the timeout of the checks. */
  readonly clock?: Clock;
}

export class OpsServer implements Component {
  readonly name = 'ops server';
  readonly #server: Server;
  readonly #options: OpsServerOptions;
  #closedBecause: 'starting' | 'draining' | null = 'starting';
  #wasReady: boolean | null = null;
  #checkedAt = Number.NEGATIVE_INFINITY;
  readonly #clock: Clock;

  constructor(options: OpsServerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    options.metrics.gauge('nearby_ready', '1 while /ready responds with 200, as of the last check.', () =>
      this.#wasReady && this.#closedBecause === null ? 1 : 0,
    );
    options.metrics.gauge('nearby_draining', '1 from the stop signal until the end of the process.', () =>
      this.#closedBecause === 'draining' ? 1 : 0,
    );
    this.#server = createServer((request, response) => {
      this.#respond(request.url ?? '/', response).catch((error: unknown) => {
        options.logger.error({ error }, 'ops request failed');
        if (!response.headersSent) response.writeHead(500);
        response.end();
      });
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async start(): Promise<void> {
    await listen(this.#server, { ...this.#options, name: 'ops server' });
  }

  /**
   * Opens and closes `/ready`. Start it after all other components: then it opens last and closes first, and no new
   * client comes while the others drain.
   */
  readonly gate: Component = {
    name: 'readiness gate',
    start: () => {
      this.#closedBecause = null;
    },
    drain: () => {
      this.#closedBecause = 'draining';
    },
  };

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  async #respond(url: string, response: ServerResponse): Promise<void> {
    switch (url.split('?', 1)[0]) {
      case '/health':
        // A response proves that the event loop runs.
        return send(response, 200, { status: 'ok' });
      case '/ready': {
        const failures = await this.#checkReadiness();
        return failures.length === 0
          ? send(response, 200, { status: 'ready' })
          : send(response, 503, { status: 'not ready', failures });
      }
      case '/metrics':
        // For the next scrape: this one must not wait for an unavailable dependency.
        if (this.#clock.now() - this.#checkedAt >= READINESS_RENEWAL_MS) void this.#checkReadiness();
        response.setHeader('content-type', this.#options.metrics.registry.contentType);
        response.end(await this.#options.metrics.registry.metrics());
        return;
      default:
        return send(response, 404, { status: 'not found' });
    }
  }

  /** Never rejects. */
  async #checkReadiness(): Promise<string[]> {
    this.#checkedAt = this.#clock.now();
    const failures = await this.#failures();
    this.#noteReadiness(failures);
    return failures;
  }

  async #failures(): Promise<string[]> {
    if (this.#closedBecause === 'draining') return ['draining'];
    const outcomes = await Promise.all(this.#options.checks.map((check) => failureOf(check, this.#clock)));
    const failures = outcomes.filter((failure) => failure !== null);
    // While it starts, the checks name what it waits for.
    return this.#closedBecause === null ? failures : [this.#closedBecause, ...failures];
  }

  #noteReadiness(failures: readonly string[]): void {
    const isReady = failures.length === 0;
    if (isReady === this.#wasReady) return;
    this.#wasReady = isReady;
    if (isReady) this.#options.logger.info('ready');
    else this.#options.logger.warn({ failures }, 'not ready');
  }
}

async function failureOf(check: ReadinessCheck, clock: Clock): Promise<string | null> {
  let cancelTimer: CancelTimer = () => undefined;
  const late = new Promise<never>((_, reject) => {
    const fail = () => reject(new Error(`no response within ${READINESS_TIMEOUT_MS} ms`));
    cancelTimer = clock.after(READINESS_TIMEOUT_MS, fail);
  });
  try {
    await Promise.race([check.check(), late]);
    return null;
  } catch (error) {
    return `${check.name}: ${error instanceof Error ? error.message : String(error)}`;
  } finally {
    cancelTimer();
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
