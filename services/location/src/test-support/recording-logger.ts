/** A logger whose lines a test can read. */
import type { Logger } from '@nearby-friends/service-kit';
import { pino, stdSerializers } from 'pino';

/** Everything, however little it matters, and without the censorship that the real one has beneath it. */
export function recordingLogger(): { logger: Logger; lines: string[] } {
  const lines: string[] = [];
  const logger = pino(
    { level: 'trace', serializers: { error: stdSerializers.err } },
    { write: (line: string) => lines.push(line) },
  );
  return { logger, lines };
}
