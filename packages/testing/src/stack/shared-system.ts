/** One stack for all test files that only need a running system: Jest starts it once, its workers find it by this. */
import { Deployment } from './deployment.ts';
import { System, type SystemAccess } from './system.ts';

/** Environment variable through which Jest's workers find the stack. */
const VARIABLE = 'NEARBY_SHARED_SYSTEM';

interface SharedSystemRecord {
  readonly access: SystemAccess;
  readonly gatewayOpsPorts: readonly number[];
  readonly opsPorts: readonly number[];
  readonly addressPrefixes: readonly string[];
}

/** Starts the stack for this process' Jest workers; resolves with the way to stop it. */
export async function startSharedSystem(): Promise<() => Promise<void>> {
  const deployment = new Deployment();
  await deployment.start();
  const { url, databaseUrl, redisUrl, jwtSecret, gateways, locations, friendGraphs } = deployment.stack;
  const record: SharedSystemRecord = {
    access: { url, databaseUrl, redisUrl, jwtSecret },
    gatewayOpsPorts: deployment.gatewayOpsPorts,
    opsPorts: [...gateways, ...locations, ...friendGraphs].map(({ opsPort }) => opsPort),
    addressPrefixes: deployment.addressPrefixes,
  };
  process.env[VARIABLE] = JSON.stringify(record);
  return () => deployment.stop();
}

/** Files share the users and the load: each takes ids that begin with its own name, and disturbs nothing. */
export class SharedSystem extends System {
  readonly #record: SharedSystemRecord;

  /** Throws outside of the Jest project `shared`. */
  constructor() {
    super();
    const record = process.env[VARIABLE];
    if (record === undefined) throw new Error('List this file under SHARED in jest.config.js.');
    this.#record = JSON.parse(record) as SharedSystemRecord;
  }

  override get access(): SystemAccess {
    return this.#record.access;
  }

  override get gatewayOpsPorts(): readonly number[] {
    return this.#record.gatewayOpsPorts;
  }

  override get addressPrefixes(): readonly string[] {
    return this.#record.addressPrefixes;
  }

  /** The ports of the health, readiness and metrics of every instance. */
  get opsPorts(): readonly number[] {
    return this.#record.opsPorts;
  }
}
