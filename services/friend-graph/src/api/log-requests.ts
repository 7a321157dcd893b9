/** Counts, logs and traces each request by its route pattern, never with its query, token or body. */
import type { Clock, Logger, Tracer } from '@nearby-friends/service-kit';
import type { RequestHandler, Response } from 'express';
import type { FriendGraphMetrics } from '../metrics/friend-graph-metrics.ts';

/** nginx removes it from the response. */
const ROUTE_HEADER = 'X-Route';

const READING_METHODS = new Set(['GET', 'HEAD']);

export function logRequests(options: {
  logger: Logger;
  metrics: FriendGraphMetrics;
  tracer: Tracer;
  clock: Clock;
}): RequestHandler {
  const { logger, metrics, tracer, clock } = options;
  return (request, response, next) => {
    const start = clock.now();
    // Trace context of clients is ignored: it could force every request to be sampled.
    const span = tracer.begin('request', { kind: 'server', parent: 'none' });
    response.once('close', () => {
      const ms = clock.now() - start;
      const { method } = request;
      const route = routeOf(response);
      // No response was sent: the client disconnected.
      const status = response.headersSent ? response.statusCode : 499;
      metrics.apiRequests.inc({ method: knownMethod(method), route, status });
      metrics.apiSeconds.observe(ms / 1000);
      const level = READING_METHODS.has(method) && status < 400 ? 'debug' : 'info';
      logger[level]({ method, route, status, ms: Math.round(ms) }, 'request');
      span.rename(`${knownMethod(method)} ${route}`);
      span.describe({
        'http.request.method': knownMethod(method),
        'http.route': route,
        'http.response.status_code': status,
      });
      span.end();
    });
    span.run(next);
  };
}

/** Records the route of a request for the log and the metrics, and for nginx' log, which must not contain the path. */
export function nameRoute(pattern: string): RequestHandler {
  return (_request, response, next) => {
    response.locals['route'] = pattern;
    response.setHeader(ROUTE_HEADER, pattern);
    next();
  };
}

function routeOf(response: Response): string {
  const pattern: unknown = response.locals['route'];
  return typeof pattern === 'string' ? pattern : 'unknown';
}

/** Clients choose the method; it must not create new series of a metric. */
function knownMethod(method: string): string {
  return ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'].includes(method) ? method : 'other';
}
