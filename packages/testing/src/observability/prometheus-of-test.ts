/** A real Prometheus that collects from the services of a test, where there is one to be had. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ensurePrometheusBinaries, findFreePort, type PrometheusBinaries } from '@nearby-friends/local-stack';
import { eventually } from '../plain/eventually.ts';
import { OBSERVABILITY } from './operators-view.ts';

/** Null, after one line that says so, on a machine that has none and cannot fetch it. */
export async function prometheusBinaries(): Promise<PrometheusBinaries | null> {
  return ensurePrometheusBinaries().catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    process.stderr.write(`Rules and dashboards are not tried on a real Prometheus here: ${reason}\n`);
    return null;
  });
}

export interface Target {
  readonly job: string;
  readonly address: string;
}

interface QueryResponse<T> {
  readonly status: string;
  readonly error?: string;
  readonly data: T;
}

export interface PrometheusOfTest {
  /** Rejects with what Prometheus says when it does not understand. */
  query<T>(path: string): Promise<T>;
  /** How many series an expression has now. */
  seriesOf(expression: string): Promise<number>;
  stop(): Promise<void>;
}

/** Collects each second, by the rules of infra/observability. */
export async function startPrometheus(
  { prometheus }: PrometheusBinaries,
  targets: readonly Target[],
): Promise<PrometheusOfTest> {
  const folder = await mkdtemp(path.join(tmpdir(), 'prometheus-of-test-'));
  const port = await findFreePort();
  const jobs = [...new Set(targets.map(({ job }) => job))].map((job) => ({
    job_name: job,
    static_configs: [{ targets: targets.filter((target) => target.job === job).map(({ address }) => address) }],
  }));
  const config = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: [path.join(OBSERVABILITY, 'alerts.yml')],
    scrape_configs: jobs,
  };
  const configFile = path.join(folder, 'prometheus.yml');
  // JSON is YAML too.
  await writeFile(configFile, JSON.stringify(config));
  const server = spawn(
    prometheus.command,
    [
      `--config.file=${configFile}`,
      `--storage.tsdb.path=${path.join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=warn',
    ],
    { env: { ...process.env, ...prometheus.env }, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  server.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });

  const query = async <T>(path: string): Promise<T> => {
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`);
    const { status, error, data } = (await response.json()) as QueryResponse<T>;
    if (status !== 'success') throw new Error(`${path}: ${error}`);
    return data;
  };
  const stop = async () => {
    if (server.exitCode === null) {
      server.kill('SIGTERM');
      await once(server, 'exit');
    }
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await eventually(async () => {
      if (server.exitCode !== null) throw new Error(`Prometheus ended: ${said}`);
      await query('status/runtimeinfo');
    }, 30_000);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    query,
    stop,
    async seriesOf(expression) {
      const { result } = await query<{ result: unknown[] }>(`query?query=${encodeURIComponent(expression)}`);
      return result.length;
    },
  };
}
