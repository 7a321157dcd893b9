/** The common base of all services: configuration, logging, metrics, tracing, tokens, readiness and lifecycle. */
export * from './clock/clock.ts';
export * from './clock/manual-clock.ts';
export * from './config/read-config.ts';
export * from './config/secret-text.ts';
export * from './logging/logger.ts';
export * from './metrics/metrics.ts';
export * from './process/common-settings.ts';
export * from './process/lifecycle.ts';
export * from './process/listen.ts';
export * from './process/ops-server.ts';
export * from './process/run-service.ts';
export * from './tokens/token-secrets.ts';
export * from './tokens/token-settings.ts';
export * from './tokens/token-verifier.ts';
export * from './tracing/start-tracing.ts';
export * from './tracing/trace-context.ts';
export * from './tracing/tracer.ts';
