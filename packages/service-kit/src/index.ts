/** What every service of this system needs to be one: configuration, logs, metrics, readiness, life and death. */
export * from './clock.ts';
export * from './common-settings.ts';
export * from './config.ts';
export * from './lifecycle.ts';
export * from './listen.ts';
export * from './logger.ts';
export * from './manual-clock.ts';
export * from './metrics.ts';
export * from './ops-server.ts';
export * from './run-service.ts';
export * from './secret-text.ts';
export * from './token-secrets.ts';
export * from './token-verifier.ts';
export * from './tracing/start-tracing.ts';
export * from './tracing/trace-context.ts';
export * from './tracing/tracer.ts';
