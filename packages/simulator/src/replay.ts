/** `npm run replay`: replays a dataset against a deployment and compares every list with it. Exits with 1 when one differs. */
import { runProgram } from './cli/command-line.ts';
import { createLiveView } from './cli/live-view.ts';
import { parseReplayArguments, type ReplayPlan } from './cli/parse-replay-arguments.ts';
import { readDataset } from './cli/read-dataset.ts';
import { replayPicture } from './cli/replay-picture.ts';
import { reportText } from './cli/report-text.ts';
import { wallClock } from './plain/wall-clock.ts';
import { startOwnStack } from './replay/own-stack.ts';
import { replay } from './replay/replay.ts';

const print = (line: string): void => void process.stdout.write(`${line}\n`);

async function run(plan: ReplayPlan, signal: AbortSignal): Promise<number> {
  const { friendships, movements, window, description } = await readDataset(plan);
  for (const line of description) print(line);
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
  print(`Starting a stack with ${gateways} gateways and importing the friendships.`);
  return startOwnStack({
    gateways,
    positionTtlSeconds: deploymentTtlMs / 1_000,
    friendshipsFile,
    progress: print,
    signal,
  });
}

process.exitCode = await runProgram((signal) => run(parseReplayArguments(process.argv.slice(2), process.env), signal));
