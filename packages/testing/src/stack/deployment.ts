/** The whole system for tests that disturb it or need it configured: the stack of `npm start`. */
import { type Stack, type StackOptions, startStack } from '@nearby-friends/local-stack';
import { findAddressPrefixes } from './find-address-prefixes.ts';
import { System } from './system.ts';

export class Deployment extends System {
  readonly #options: StackOptions;
  #stack: Stack | null = null;
  #addressPrefixes: readonly string[] = [];

  constructor(options: StackOptions = {}) {
    super();
    this.#options = options;
  }

  /** Starts everything and finds an address for each gateway. Leaves nothing running when it fails. */
  async start(): Promise<void> {
    this.#stack = await startStack(this.#options);
    try {
      this.#addressPrefixes = await findAddressPrefixes(this);
    } catch (error) {
      await this.#stack.forceStop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.closeClients();
    await this.#stack?.stop();
  }

  /** Throws before {@link start}. */
  get stack(): Stack {
    if (!this.#stack) throw new Error('the deployment is not started');
    return this.#stack;
  }

  override get access(): Stack {
    return this.stack;
  }

  override get gatewayOpsPorts(): readonly number[] {
    return this.stack.gateways.map(({ opsPort }) => opsPort);
  }

  override get addressPrefixes(): readonly string[] {
    return this.#addressPrefixes;
  }
}
