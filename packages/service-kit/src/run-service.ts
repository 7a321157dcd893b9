/** The `main` of every service: configuration, life, signals, exit code. */
import { randomBytes } from 'node:crypto';
import { commonSettings } from './common-settings.ts';
import { type Config, ConfigError, helpText, readConfig, type Settings } from './config.ts';
import { type Component, Lifecycle } from './lifecycle.ts';
import { createLogger, type Logger } from './logger.ts';

export interface ServiceContext<S extends Settings> {
  readonly config: Config<typeof commonSettings & S>;
  readonly instanceId: string;
  readonly logger: Logger;
}

export interface ServiceDefinition<S extends Settings> {
  readonly name: string;
  /** One sentence for `--help`. */
  readonly purpose: string;
  /** The service's own, beside the common ones. */
  readonly settings: S;
  /** Builds everything by hand, in the order in which it is to start. Throws `ConfigError` for settings that clash. */
  compose(context: ServiceContext<S>): readonly Component[];
}

/**
 * Runs until SIGTERM or SIGINT, then stops in order and ends with 0; ends with 1 when the deadline passes or
 * something that nobody handled comes up, with 2 when the configuration cannot be used.
 */
export async function runService<S extends Settings>(service: ServiceDefinition<S>): Promise<void> {
  if (process.argv.includes('--help')) {
    process.stdout.write(helpText(service.name, service.purpose, { ...commonSettings, ...service.settings }));
    return;
  }
  const settings = { ...commonSettings, ...service.settings };
  const { config, common } = orExit(service.name, () => ({
    config: readConfig(settings, process.env),
    common: readConfig(commonSettings, process.env),
  }));
  const instanceId = common.instanceId || randomBytes(6).toString('hex');
  const logger = createLogger({ service: service.name, instanceId, level: common.logLevel });
  const components = orExit(service.name, () => service.compose({ config, instanceId, logger }));
  const lifecycle = new Lifecycle({ components, logger });

  const stop = (reason: string, exitCode: number) => {
    logger.info({ reason }, 'stopping');
    setTimeout(() => {
      logger.error({ deadlineSeconds: common.stopDeadlineSeconds }, 'did not stop in time');
      process.exit(1);
    }, common.stopDeadlineSeconds * 1000).unref();
    lifecycle.stop().then(
      () => {
        logger.info('stopped');
        process.exit(exitCode);
      },
      (error: unknown) => {
        logger.fatal({ error }, 'failed to stop');
        process.exit(1);
      },
    );
  };
  let stopping = false;
  const stopOnce = (reason: string, exitCode: number) => {
    if (stopping) return;
    stopping = true;
    stop(reason, exitCode);
  };
  process.on('SIGTERM', () => stopOnce('SIGTERM', 0));
  process.on('SIGINT', () => stopOnce('SIGINT', 0));
  // A broken invariant: the state of this process cannot be trusted any more, others take over.
  process.on('uncaughtException', (error) => {
    logger.fatal({ error }, 'unhandled error');
    stopOnce('unhandled error', 1);
  });

  try {
    await lifecycle.start();
    logger.info('started');
  } catch {
    // Already logged with the component's name.
    process.exitCode = 1;
    setTimeout(() => process.exit(1), 100).unref();
  }
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
