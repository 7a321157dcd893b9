/** All processes of one service in a stack. */
import { findFreePort } from '../machine/find-free-port.ts';
import { type ServiceName, ServiceProcess } from './service-process.ts';
import type { Environment } from './stack-options.ts';

interface ServiceGroupOptions {
  readonly service: ServiceName;
  readonly entryPoint: string;
  readonly readyDeadlineMs: number;
  /** Called at each start: addresses are known only when the servers are up. */
  readonly environment: () => Environment;
  readonly onLine: (name: string, line: string) => void;
}

export class ServiceGroup {
  readonly processes: ServiceProcess[] = [];
  readonly #options: ServiceGroupOptions;
  #lastNumber = 0;

  constructor(options: ServiceGroupOptions) {
    this.#options = options;
  }

  /** Gives the next process its name and ports, without starting it. */
  async plan(): Promise<ServiceProcess> {
    const { service, entryPoint, readyDeadlineMs, environment, onLine } = this.#options;
    this.#lastNumber += 1;
    const name = `${service}-${this.#lastNumber}`;
    const process = new ServiceProcess({
      name,
      service,
      entryPoint,
      opsPort: await findFreePort(),
      port: service === 'location' || service === 'alerts' ? undefined : await findFreePort(),
      environment,
      readyDeadlineMs,
      onLine,
    });
    this.processes.push(process);
    return process;
  }

  /** Starts all that are planned, side by side; rejects as soon as one does not become ready. */
  async start(): Promise<void> {
    await Promise.all(this.processes.map((process) => process.start()));
  }

  /** Stops all, by SIGKILL after the deadline (milliseconds). */
  async stop(deadlineMs: number): Promise<void> {
    await Promise.all(this.processes.map(({ process }) => process.stop(deadlineMs)));
  }

  kill(): void {
    for (const process of this.processes) process.kill('SIGKILL');
  }

  /** Removes a process that has ended and is not started again. */
  remove(process: ServiceProcess): void {
    const index = this.processes.indexOf(process);
    if (index >= 0) this.processes.splice(index, 1);
  }
}
