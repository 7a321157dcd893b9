/** `npm run replay`: reads a dataset, replays it against a deployment, and says whether everybody saw what they should. */
import { RemedyError } from '@nearby-friends/local-stack';
import { createLiveView } from './cli/live-view.ts';
import { helpText } from './cli/option-table.ts';
import { parseOptions, type ReplayPlan } from './cli/parse-options.ts';
import { readDataset } from './cli/read-dataset.ts';
import { replayPicture } from './cli/replay-picture.ts';
import { reportText } from './cli/report-text.ts';
import { startOwnStack } from './run/own-stack.ts';
import { replay } from './run/replay-run.ts';
import { wallClock } from './wall-clock.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** The exit code: 0 when every list was right, 1 when not, or when the replay could not be made. */
async function main(): Promise<number> {
  const interrupted = new AbortController();
  const interrupt = (): void => interrupted.abort(new RemedyError('Interrupted.', 'Nothing was left running.'));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
  try {
    const plan = parseOptions(process.argv.slice(2), process.env);
    if (plan !== 'help') return await run(plan, interrupted.signal);
    process.stdout.write(helpText());
    return 0;
  } catch (error) {
    process.stderr.write(`${error instanceof RemedyError ? error.message : describeBug(error)}\n`);
    return 1;
  }
}

async function run(plan: ReplayPlan, signal: AbortSignal): Promise<number> {
  const { friendships, movements, window, description } = await readDataset(plan);
  for (const line of description) say(line);
  const deployment = await findDeployment(plan, signal);
  const view = createLiveView(process.stdout, wallClock.now);
  try {
    const { speed, radiusMeters, setsRadius, deploymentTtlMs, transport, checkpoints } = plan;
    const report = await replay({
      friendships,
      movements,
      window,
      speed,
      ...(setsRadius ? { radiusMeters } : {}),
      deploymentTtlMs,
      transport,
      checkpoints,
      url: deployment.url,
      onProgress: (progress) => view.show(replayPicture(progress)),
      signal,
    }).finally(() => view.end());
    process.stdout.write(`\n${reportText(report)}`);
    return report.ok ? 0 : 1;
  } finally {
    await deployment.stop();
  }
}

interface Deployment {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

async function findDeployment(plan: ReplayPlan, signal: AbortSignal): Promise<Deployment> {
  const { url, gateways, deploymentTtlMs, friendshipsFile } = plan;
  if (url !== undefined) return { url, stop: () => Promise.resolve() };
  say(`Starting a stack with ${gateways} gateways and importing the friendships.`);
  return startOwnStack({
    gateways,
    positionTtlSeconds: deploymentTtlMs / 1_000,
    friendshipsFile,
    progress: say,
    signal,
  });
}

function describeBug(error: unknown): string {
  return `The replay failed in an unforeseen way: ${error instanceof Error ? error.stack : String(error)}`;
}

process.exitCode = await main();
