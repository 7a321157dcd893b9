/** The `main` of every service: configuration, lifecycle, signals and exit code. */
import { type Config, ConfigError, helpText, readConfig, type Settings } from '../config/read-config.ts';
import { createLogger, type Logger } from '../logging/logger.ts';
import { type MetricDescription, Metrics } from '../metrics/metrics.ts';
import { startTracing } from '../tracing/start-tracing.ts';
import type { Tracer } from '../tracing/tracer.ts';
import { commonSettings } from './common-settings.ts';
import { identifyProcess, type ProcessIdentity } from './identify-process.ts';
import { type Component, Lifecycle } from './lifecycle.ts';

export interface ServiceContext<S extends Settings> extends ProcessIdentity {
  readonly config: Config<typeof commonSettings & S>;
  readonly logger: Logger;
  /** Already has Node's own metrics. */
  readonly metrics: Metrics;
  readonly tracer: Tracer;
}

export interface ServiceDefinition<S extends Settings> {
  readonly name: string;
  /** One sentence for `--help`. */
  readonly purpose: string;
  /** The service's settings in addition to the common ones. */
  readonly settings: S;
  /** Builds the components, in their start order. Throws `ConfigError` for settings that conflict. */
  compose(context: ServiceContext<S>): readonly Component[];
}

/**
 * Runs until SIGTERM or SIGINT, then stops and exits with 0. Exits with 1 when it cannot start, when the stop exceeds the
 * deadline or on an unhandled error, and with 2 when the configuration is invalid. A second signal changes nothing:
 * terminals and process managers often send it twice, and the deadline bounds the stop.
 */
export async function runService<S extends Settings>(service: ServiceDefinition<S>): Promise<void> {
  const settings = { ...commonSettings, ...service.settings };
  if (process.argv.includes('--help')) {
    process.stdout.write(helpText(service.name, service.purpose, settings));
    return;
  }
  const { config, common } = orExit(service.name, () => ({
    config: readConfig(settings, process.env),
    common: readConfig(commonSettings, process.env),
  }));
  const identity = identifyProcess(common.replicaName);
  const { replicaName } = identity;
  const logger = createLogger({ service: service.name, replicaName, level: common.logLevel });
  const metrics = new Metrics();
  metrics.collectProcess();
  const tracing = await startTracing({ config: common, service: service.name, replicaName, logger });
  const { tracer } = tracing;
  const components = orExit(service.name, () => service.compose({ config, ...identity, logger, metrics, tracer }));
  if (process.argv.includes('--metrics')) {
    process.stdout.write(metricsText(await metrics.describe()));
    // Nothing was started, but some components keep the process alive.
    process.exit(0);
  }
  const lifecycle = new Lifecycle({
    components: [...tracing.components, ...components],
    logger,
    onStop: () => {
      // Also keeps the process alive: draining components may have no open handles.
      setTimeout(() => {
        logger.error({ deadlineSeconds: common.stopDeadlineSeconds }, 'stop deadline exceeded');
        process.exit(1);
      }, common.stopDeadlineSeconds * 1000);
    },
  });

  let exitCode: number | null = null;
  const stop = (reason: string, code: number) => {
    const isFirst = exitCode === null;
    exitCode = Math.max(exitCode ?? 0, code);
    if (!isFirst) return;
    logger.info({ reason }, 'stopping');
    lifecycle.stop().then(
      () => {
        logger.info('stopped');
        process.exit(exitCode ?? 0);
      },
      (error: unknown) => {
        logger.fatal({ error }, 'failed to stop');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', () => stop('SIGTERM', 0));
  process.on('SIGINT', () => stop('SIGINT', 0));
  // After a broken invariant the state of this process cannot be trusted; other replicas take over.
  process.on('uncaughtException', (error) => {
    logger.fatal({ error }, 'unhandled error');
    stop('unhandled error', 1);
  });

  try {
    await lifecycle.start();
    logger.info('started');
  } catch {
    // Already logged with the component's name. If a stop came meanwhile, its exit code counts.
    if (exitCode === null) stop('failed to start', 1);
  }
}

/** The output of `--metrics`: every metric with type and description, without values. */
function metricsText(metrics: readonly MetricDescription[]): string {
  return metrics.map(({ name, type, help }) => `  ${name}, ${type}\n      ${help}\n`).join('');
}

function orExit<T>(program: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${program}: ${error.message}\n`);
    process.exit(2);
  }
}
