/** Runs `npm start` in tests, with stand-ins in place of the services. Runs the built dist/. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { listProcesses } from '../machine/list-processes.ts';
import { checkoutRoot } from '../machine/local-folder.ts';
import { identifyProcess } from '../machine/process-identity.ts';
import { killDescendants } from '../processes/kill-descendants.ts';
import { endOrphans } from '../processes/orphans.ts';
import { sendSignal } from '../processes/send-signal.ts';
import { waitFor } from '../test-support/wait-for.ts';
import { readStackRecord, type StackRecord } from './stack-record.ts';

export const LAUNCHER = path.join(checkoutRoot, 'infra/local/stand-ins/start.mjs');
const READY_DEADLINE_MS = 60_000;
const ONE_OF_EACH = ['--gateways=1', '--locations=1', '--friend-graphs=1', '--ingests=0', '--alerts=0'];

export interface Launcher {
  readonly child: ChildProcess;
  readonly output: () => string;
  /** Resolves when it has ended and all that it wrote has been read. */
  readonly exitCode: Promise<number | null>;
}

export class Launchers {
  readonly #launchers: Launcher[] = [];
  readonly #options: { readonly port: number; readonly folder: string };

  constructor(options: { readonly port: number; readonly folder: string }) {
    this.#options = options;
    mkdirSync(this.temporaryFolder, { mode: 0o755 });
  }

  /** Of these launchers alone, for what they would leave there. */
  get temporaryFolder(): string {
    return path.join(this.#options.folder, 'tmp');
  }

  launch(...args: string[]): Launcher {
    return this.#spawn(process.execPath, [LAUNCHER, ...ONE_OF_EACH, ...args], this.#options.folder);
  }

  /** As `npm start`, with the launcher in place of the program that the project's own script runs. */
  async launchByNpm(): Promise<Launcher> {
    const root = JSON.parse(await readFile(path.join(checkoutRoot, 'package.json'), 'utf8')) as {
      scripts: { start: string };
    };
    const start = root.scripts.start.replace('infra/local/bootstrap.mjs start', [LAUNCHER, ...ONE_OF_EACH].join(' '));
    await writeFile(path.join(this.#options.folder, 'package.json'), JSON.stringify({ scripts: { start } }));
    return this.#spawn('npm', ['start'], this.#options.folder);
  }

  /** Ends what a test has left. */
  async killAll(): Promise<void> {
    for (const { child, exitCode } of this.#launchers.splice(0)) {
      if (child.exitCode === null && child.signalCode === null) {
        // Stopped, so that it restarts nothing meanwhile.
        child.kill('SIGSTOP');
        await killDescendants(child.pid);
      }
      child.kill('SIGKILL');
      await exitCode;
    }
    await endOrphans();
    for (const pid of await this.residents()) sendSignal(pid, 'SIGKILL');
  }

  /** The pids of the stand-ins for the residents that run for these launchers; no record names them. */
  async residents(): Promise<number[]> {
    const title = new RegExp(`residents\\.mjs --url=http://[^ ]*:${this.#options.port} `);
    return (await listProcesses()).filter((line) => title.test(line.title)).map(({ pid }) => pid);
  }

  /** Resolves when the residents run and are recorded, so that a launcher that dies now leaves nothing unknown. */
  async untilResidentsRecorded(): Promise<void> {
    const file = async () =>
      (await this.residents()).map((pid) => path.join(this.#options.folder, `processes/${pid}.json`));
    await waitFor('the record of the residents', async () => (await file()).some(existsSync), READY_DEADLINE_MS);
  }

  #spawn(command: string, args: readonly string[], cwd: string): Launcher {
    const { port, folder } = this.#options;
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, PORT: String(port), NEARBY_LOCAL_DIR: folder, TMPDIR: this.temporaryFolder },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
    }
    const launcher = {
      child,
      output: () => text,
      exitCode: new Promise<number | null>((resolve) => child.once('close', resolve)),
    };
    this.#launchers.push(launcher);
    return launcher;
  }
}

export async function untilReady(launcher: Launcher): Promise<StackRecord> {
  return await waitFor(
    'the stack to be ready',
    async () => {
      const found = await readStackRecord();
      return found?.state === 'ready' && launcher.output().includes('Stop with Ctrl-C') ? found : undefined;
    },
    READY_DEADLINE_MS,
  );
}

/** The names of those of the stack's processes that run now. */
export async function runningOf(record: StackRecord): Promise<string[]> {
  const alive = await Promise.all(
    (record.processes ?? []).map(async ({ name, pid }) => ((await identifyProcess(pid)) ? name : undefined)),
  );
  return alive.filter((name) => name !== undefined);
}
