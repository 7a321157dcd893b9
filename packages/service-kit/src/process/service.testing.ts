/** A service that behaves as `SCENARIO` says, run as a separate process. SIGUSR2 is its cue. */
import { createRequire } from 'node:module';
import { ConfigError, defineSettings, fromText } from '../config/read-config.ts';
import type { Component } from './lifecycle.ts';
import { runService } from './run-service.ts';

const SCENARIOS = [
  'plain',
  'drains-on-cue',
  'never-drains',
  'throws-on-cue',
  'rejects-on-cue',
  'throws-while-draining',
  'fails-to-start',
  'fails-to-start-and-to-stop',
  'waits-to-start',
  'settings-clash',
  'logs-loaded-modules',
] as const;

const never = () => new Promise<void>(() => undefined);
const fail = () => {
  throw new Error('said the scenario');
};
/** Handled from the beginning: a signal without a handler ends the process. */
const cue = new Promise<void>((resolve) => {
  process.once('SIGUSR2', () => resolve());
});

await runService({
  name: 'service-of-test',
  purpose: 'tests the lifecycle of a service.',
  settings: defineSettings({
    scenario: { env: 'SCENARIO', schema: fromText.oneOf(SCENARIOS), default: 'plain', description: 'What to do.' },
  }),
  compose({ config: { scenario }, logger, metrics }): readonly Component[] {
    metrics.counter('cues_total', 'Cues of the test.');
    if (scenario === 'settings-clash') throw new ConfigError('THIS and THAT cannot both be.');
    let open: NodeJS.Timeout | undefined;
    const server: Component = {
      name: 'server',
      start() {
        // Keeps the process alive, like a listening socket.
        open = setInterval(() => undefined, 60_000);
        if (scenario === 'logs-loaded-modules') {
          const loaded = Object.keys(createRequire(import.meta.url).cache);
          logger.info(
            loaded.some((file) => file.includes('@opentelemetry/sdk-trace')) ? 'with traces' : 'without traces',
          );
        }
        if (scenario === 'throws-on-cue') void cue.then(() => setImmediate(fail));
        if (scenario === 'rejects-on-cue') void cue.then(fail);
      },
      async drain() {
        logger.info('draining');
        clearInterval(open);
        if (scenario === 'drains-on-cue') {
          const hold = setInterval(() => undefined, 60_000);
          await cue;
          clearInterval(hold);
        }
        if (scenario === 'never-drains') await never();
        if (scenario === 'throws-while-draining') setImmediate(fail);
        await new Promise((resolve) => setImmediate(resolve));
        logger.info('drained');
      },
      async stop() {
        logger.info('server stopped');
        if (scenario === 'fails-to-start-and-to-stop') await never();
      },
    };
    let giveUp: () => void = () => undefined;
    const second: Component = {
      name: 'second',
      start() {
        if (scenario.startsWith('fails-to-start')) fail();
        if (scenario !== 'waits-to-start') return;
        logger.info('waiting');
        return new Promise((_, reject) => {
          giveUp = () => reject(new Error('given up'));
        });
      },
      stop: () => giveUp(),
    };
    return [server, second];
  },
});
