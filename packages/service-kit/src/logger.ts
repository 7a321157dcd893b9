/** Structured logs: one JSON line per event that matters, never a coordinate and never a token. */
import { type Logger, pino, stdSerializers } from 'pino';

export type { Logger };

/** Keys whose values are replaced whatever level they come from; the code does not log them, this is the net below. */
const PRIVATE_KEYS = ['lat', 'lng', 'position', 'token', 'authorization', 'auth', 'password', 'body', 'payload'];

export function createLogger(options: { service: string; instanceId: string; level: string }): Logger {
  return pino({
    level: options.level,
    base: { service: options.service, instance: options.instanceId },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { error: stdSerializers.err },
    redact: { paths: PRIVATE_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), censor: '[private]' },
  });
}

/** A logger that says nothing, for tests. */
export const silentLogger: Logger = pino({ level: 'silent' });
