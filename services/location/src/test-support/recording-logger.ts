/** A logger whose lines a test can read. */
import type { Logger } from '@nearby-friends/service-kit';
import { pino, stdSerializers } from 'pino';

/** Logs at all levels, without the redaction of the real logger. */
export function recordingLogger(): { logger: Logger; lines: string[] } {
  const lines: string[] = [];
  const logger = pino(
    { level: 'trace', serializers: { error: stdSerializers.err } },
    { write: (line: string) => lines.push(line) },
  );
  return { logger, lines };
}
