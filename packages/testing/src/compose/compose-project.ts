/** The containers of docker-compose.yml under a project name of their own, for one test file. */
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findFreePort } from '@nearby-friends/local-stack';

const run = promisify(execFile);
const ROOT = path.resolve(fileURLToPath(new URL('../../../..', import.meta.url)));
const FILES = ['docker-compose.yml', 'infra/docker/test.yml'];
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

export interface Container {
  readonly id: string;
  readonly service: string;
  readonly exitCode: number;
  readonly isRunning: boolean;
}

export class ComposeProject {
  readonly name = `nearby-test-${randomBytes(4).toString('hex')}`;
  readonly port: number;
  readonly #env: NodeJS.ProcessEnv;

  private constructor(port: number, env: Record<string, string>, files: readonly string[]) {
    this.port = port;
    this.#env = {
      ...process.env,
      ...env,
      COMPOSE_FILE: files.join(path.delimiter),
      NEARBY_PORT: String(port),
      NEARBY_TLS_PORT: String(port),
      COMPOSE_PROJECT_NAME: this.name,
    };
  }

  /** Builds the images and brings everything up; resolves when all is healthy. Leaves nothing behind when it fails. */
  static async up(env: Record<string, string> = {}, files: readonly string[] = FILES): Promise<ComposeProject> {
    const project = new ComposeProject(await findFreePort(), env, files);
    try {
      await project.compose('up', '--build', '--wait', '--quiet-pull');
    } catch (error) {
      const logs = await project.logs().catch(() => '');
      await project.down();
      throw new Error(`The containers did not come up.\n${logs.slice(-4_000)}`, { cause: error });
    }
    return project;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Removes containers, networks and volumes. */
  async down(): Promise<void> {
    await this.compose('down', '--volumes', '--remove-orphans', '--timeout', '30');
  }

  /** Runs `docker compose …`; resolves with what it printed. Rejects with its error output. */
  async compose(...args: readonly string[]): Promise<string> {
    return (await this.#docker(['compose', ...args])).trim();
  }

  /** Runs a line as an operator would type it, `docker compose` meaning this project; resolves with what it printed. */
  async shell(line: string): Promise<string> {
    return (await run('bash', ['-ec', line], { cwd: ROOT, env: this.#env, maxBuffer: MAX_OUTPUT_BYTES })).stdout.trim();
  }

  async docker(...args: readonly string[]): Promise<string> {
    return (await this.#docker(args)).trim();
  }

  /** How many replicas of a service run; those that run already are left alone. */
  async scale(service: string, replicas: number): Promise<void> {
    await this.compose('up', '--wait', '--no-recreate', '--no-deps', '--scale', `${service}=${replicas}`, service);
  }

  /** The containers of a service, or of all, running or not. */
  async containers(service?: string): Promise<Container[]> {
    const ids = await this.compose('ps', '--all', '--quiet', ...(service === undefined ? [] : [service]));
    if (ids === '') return [];
    const format =
      '{{.Id}} {{index .Config.Labels "com.docker.compose.service"}} {{.State.ExitCode}} {{.State.Running}}';
    const lines = (await this.docker('inspect', '--format', format, ...ids.split('\n'))).split('\n');
    return lines.map((line) => {
      const [id = '', name = '', exitCode = '', running = ''] = line.split(' ');
      return { id, service: name, exitCode: Number(exitCode), isRunning: running === 'true' };
    });
  }

  /** How many clients a gateway holds, by its own metrics. */
  async sessionsOn({ id }: Container): Promise<number> {
    const ask =
      "fetch('http://127.0.0.1:9090/metrics').then((r) => r.text()).then((t) => console.log(/^nearby_sessions (\\d+)$/m.exec(t)[1]))";
    return Number(await this.docker('exec', id, 'node', '-e', ask));
  }

  /** Runs SQL in the project's database; the text goes in by standard input. */
  async sql(text: string): Promise<void> {
    const args = ['compose', 'exec', '-T', 'postgres', 'psql', '-qv', 'ON_ERROR_STOP=1'];
    const child = spawn('docker', [...args, '-U', 'nearby', 'nearby_friends'], {
      cwd: ROOT,
      env: this.#env,
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    let complaint = '';
    child.stderr.setEncoding('utf8').on('data', (data: string) => {
      complaint += data;
    });
    child.stdin.end(text);
    const [code] = await once(child, 'close');
    if (code !== 0) throw new Error(`psql failed: ${complaint}`);
  }

  logs(): Promise<string> {
    return this.compose('logs', '--no-color', '--tail', '40');
  }

  async #docker(args: readonly string[]): Promise<string> {
    const { stdout } = await run('docker', [...args], { cwd: ROOT, env: this.#env, maxBuffer: MAX_OUTPUT_BYTES });
    return stdout;
  }
}
