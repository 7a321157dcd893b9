/** Creates the HTTP endpoints of background apps. */
import { asCodedError, CodedError } from '@nearby-friends/protocol';
import type { Clock, Logger, Tracer } from '@nearby-friends/service-kit';
import express, {
  type ErrorRequestHandler,
  type Express,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import type { SkipReason } from '../formats/fix.ts';
import type { CardSchedule } from '../friends/card-schedule.ts';
import type { LocationRequests } from '../friends/location-requests.ts';
import type { Movements } from '../friends/movements.ts';
import type { NearbyFriends } from '../friends/nearby-friends.ts';
import { MAX_FRIENDS, REPORT_LOCATION, toOwnTracks } from '../friends/owntracks-answer.ts';
import type { IngestMetrics } from '../metrics/ingest-metrics.ts';
import type { PositionIntake, Recorded } from '../reporting/position-intake.ts';
import type { AppRoute } from './app-route.ts';
import { sendProblem } from './problem.ts';

/** nginx removes it from the response. */
const ROUTE_HEADER = 'X-Route';
/** Of this replica; more are refused. Each holds its body. */
const MAX_CONCURRENT = 1_000;

type Outcome = Recorded['outcome'] | SkipReason | CodedError['code'] | 'disconnected';

export interface AppOptions {
  readonly routes: readonly AppRoute[];
  readonly intake: PositionIntake;
  readonly friends: Pick<NearbyFriends, 'send'>;
  readonly movements: Pick<Movements, 'isTolerated'>;
  readonly cards: Pick<CardSchedule, 'isDue' | 'told'>;
  readonly locationRequests: Pick<LocationRequests, 'take'>;
  readonly metrics: IngestMetrics;
  readonly tracer: Tracer;
  readonly clock: Clock;
  readonly logger: Logger;
}

export function createApp(options: AppOptions): Express {
  const app = express();
  app.set('etag', false);
  app.disable('x-powered-by');
  let underWay = 0;
  const limitConcurrency: RequestHandler = (_request, response, next) => {
    if (underWay >= MAX_CONCURRENT) throw new CodedError('unavailable', 'Too many requests are under way. Try again.');
    underWay++;
    response.once('close', () => underWay--);
    next();
  };
  for (const route of options.routes) {
    const address = app.route(route.path);
    // Any type: the apps send several, and some send none.
    const readBody = express.raw({ type: () => true, limit: route.maxBytes, inflate: false });
    address.post(observe(route, options), limitConcurrency, readBody, (request, response) =>
      handle(route, options, request, response),
    );
    address.all((_request, response) => {
      response.setHeader('Allow', 'POST');
      throw new CodedError('method_not_allowed', 'This path accepts only POST.');
    });
    app.use(route.path, respondFailure(route, options.logger));
  }
  app.use(() => {
    throw new CodedError('not_found', 'There is no resource at this path. Check the path.');
  });
  app.use(respondFailure(null, options.logger));
  return app;
}

async function handle(route: AppRoute, options: AppOptions, request: Request, response: Response): Promise<void> {
  const { intake } = options;
  const arrival = intake.arrival();
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const { reporter, reading } = await route.read({ authorization: request.headers.authorization, body });
  if ('skipped' in reading) {
    send(response, reading.skipped, route.accepted(null));
    return;
  }
  const { outcome, at } = await intake.record(reporter, reading.fix, arrival);
  const { user, device } = reporter;
  const { position } = reading.fix;
  // Only who is seen there sees who is there.
  const isShown = outcome === 'stored' || outcome === 'taken-over';
  if (!route.hasFriends || !isShown || !options.movements.isTolerated(user, position, at)) {
    send(response, outcome, route.accepted(at));
    return;
  }
  const withNames = options.cards.isDue(device);
  const requests = (await options.locationRequests.take(user, device, reading.fix)) ? [REPORT_LOCATION] : [];
  await options.friends.send(user, position, { limit: MAX_FRIENDS, withNames }, (friends) => {
    if (friends.some(({ displayName }) => displayName !== undefined)) options.cards.told(device);
    send(response, outcome, [...toOwnTracks(friends), ...requests]);
  });
}

function send(response: Response, outcome: Outcome, body: unknown): void {
  response.locals['outcome'] = outcome;
  response.status(200).type('application/json').send(JSON.stringify(body));
}

/** Counts, logs and traces each request by its app and outcome, never by who reports, or where. */
function observe({ app, path }: AppRoute, { metrics, tracer, clock, logger }: AppOptions): RequestHandler {
  return (_request, response, next) => {
    const start = clock.now();
    response.setHeader(ROUTE_HEADER, path);
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('X-Content-Type-Options', 'nosniff');
    const span = tracer.begin('report', { kind: 'server', parent: 'none' });
    response.once('close', () => {
      const ms = clock.now() - start;
      const outcome: Outcome = response.headersSent ? response.locals['outcome'] : 'disconnected';
      const status = response.headersSent ? response.statusCode : 499;
      metrics.reports.inc({ app, outcome });
      metrics.seconds.observe(ms / 1000);
      logger[status < 400 ? 'debug' : 'info']({ app, outcome, status, ms: Math.round(ms) }, 'report');
      span.describe({ 'http.request.method': 'POST', 'http.route': path, 'http.response.status_code': status });
      span.end();
    });
    span.run(next);
  };
}

/**
 * An app that gets another status than 401 or 503 either drops the position with a dialog or sends it for ever before all
 * later ones, so that what it sent wrongly is a success for the apps that cannot ask their user.
 */
function respondFailure(route: AppRoute | null, logger: Logger): ErrorRequestHandler {
  // Express recognises an error handler by its four parameters.
  return (error: unknown, _request, response, _next) => {
    const coded = fromBodyParser(error) ?? asCodedError(error);
    if (response.closed) return;
    if (coded.code === 'internal') logger.error({ error }, 'report failed');
    if (coded.code === 'unavailable') logger.warn({ error: coded.cause ?? coded }, 'report unavailable');
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const isForgiving = route !== null && route.app !== 'generic';
    if (isForgiving && (coded.code === 'invalid_payload' || coded.code === 'payload_too_large')) {
      send(response, 'malformed', route.accepted(null));
      return;
    }
    response.locals['outcome'] = coded.code;
    const isRetried = isForgiving && (coded.code === 'internal' || coded.code === 'rate_limited');
    sendProblem(response, isRetried ? new CodedError('unavailable', coded.message) : coded);
  };
}

/** Errors of Express' parser have a status; their messages may repeat the body and are not used. */
function fromBodyParser(error: unknown): CodedError | null {
  if (typeof error !== 'object' || error === null || !('status' in error) || typeof error.status !== 'number')
    return null;
  if (error.status === 413)
    return new CodedError('payload_too_large', 'The body is too large. Send fewer positions at once.');
  if (error.status < 400 || error.status >= 500) return null;
  return new CodedError('invalid_payload', 'The body must be uncompressed.');
}
