/** Structured logs: one JSON line per event that matters, never a coordinate and never a token. */
import { type DestinationStream, type Logger, pino } from 'pino';
import { isError, redactPrivateValues } from './private-values.ts';

export type { Logger };

/** Whatever is logged, at whatever depth, goes through {@link redactPrivateValues} first. */
export function createLogger(options: {
  service: string;
  instanceId: string;
  level: string;
  /** Where the lines go; standard output unless told. */
  destination?: DestinationStream;
}): Logger {
  const logger: Logger = pino(
    {
      level: options.level,
      base: { service: options.service, instance: options.instanceId },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      // Errors are plain data by then; pino's own serializer would copy every property of them.
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
  // What a child logger is bound to passes neither the hook above nor a formatter.
  logger.child = function (this: Logger, bindings: object, childOptions?: object) {
    return child.call(this, redactPrivateValues(bindings) as object, childOptions);
  } as typeof logger.child;
  return logger;
}

/** A logger that says nothing, for tests. */
export const silentLogger: Logger = pino({ level: 'silent' });
