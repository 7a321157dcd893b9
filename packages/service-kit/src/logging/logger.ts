/** Structured logs: one JSON line per event, without coordinates and tokens. */
import { type DestinationStream, type Logger, pino } from 'pino';
import { isError, redactPrivateValues } from './private-values.ts';

export type { Logger };

/** Everything that is logged, at any depth, passes {@link redactPrivateValues} first. */
export function createLogger(options: {
  service: string;
  /** The `instance` of every line. */
  replicaName: string;
  level: string;
  /** Standard output by default. */
  destination?: DestinationStream;
}): Logger {
  const logger: Logger = pino(
    {
      level: options.level,
      base: { service: options.service, instance: options.replicaName },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      // Errors are plain data here already; pino's own serializer would copy all their properties.
      serializers: { err: (error: unknown) => error },
      hooks: {
        logMethod(args, method) {
          const [first, ...rest] = args as unknown[];
          const whole = isError(first) ? [{ error: first }, first.message, ...rest] : [first, ...rest];
          method.apply(this, whole.map((item) => redactPrivateValues(item)) as Parameters<typeof method>);
        },
      },
    },
    options.destination ?? pino.destination({ sync: true }),
  );
  const child = logger.child;
  // The bindings of a child logger pass neither the hook above nor a formatter.
  logger.child = function (this: Logger, bindings: object, childOptions?: object) {
    return child.call(this, redactPrivateValues(bindings) as object, childOptions);
  } as typeof logger.child;
  return logger;
}

/** A logger without output, for tests. */
export const silentLogger: Logger = pino({ level: 'silent' });
