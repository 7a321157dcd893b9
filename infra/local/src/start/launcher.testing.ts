/** Runs `npm start` in tests, with stand-ins in place of the services. Runs the built dist/. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { checkoutRoot } from '../machine/local-folder.ts';
import { identifyProcess } from '../machine/process-identity.ts';
import { endOrphans } from '../processes/orphans.ts';
import { waitFor } from '../test-support/wait-for.ts';
import { readStackRecord, type StackRecord } from './stack-record.ts';

export const LAUNCHER = path.join(checkoutRoot, 'infra/local/stand-ins/start.mjs');
const READY_DEADLINE_MS = 60_000;
const ONE_OF_EACH = ['--gateways=1', '--locations=1', '--friend-graphs=1'];

export interface Launcher {
  readonly child: ChildProcess;
  readonly output: () => string;
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
      child.kill('SIGKILL');
      await exitCode;
    }
    await endOrphans();
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
      exitCode: new Promise<number | null>((resolve) => child.once('exit', resolve)),
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
