/** The unit costs that capacity is computed from, each with where it comes from. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { RemedyError } from '@nearby-friends/local-stack';

/** Microseconds of CPU, and bytes. */
export const UNIT_COST_NAMES = [
  'gatewayMicrosPerUpdate',
  'gatewayMicrosPerMessage',
  'gatewayMicrosPerDelivery',
  'locationMicrosPerUpdate',
  'redisMicrosPerUpdate',
  'redisMicrosPerMessage',
  'gatewayBytesPerClient',
  'gatewayBytesAtRest',
  'redisBytesPerEntry',
  'redisBytesPerSubscription',
  'bytesPerDelivery',
  'bytesPerUpdate',
  'busBytesPerMessage',
] as const;
export type UnitCostName = (typeof UNIT_COST_NAMES)[number];

/** How far a cost can be trusted; only the first two are about this build. */
const BASES = ['measured', 'counted', 'published', 'sketch', 'goal', 'assumed', 'not said'] as const;
type Basis = (typeof BASES)[number];

interface UnitCost {
  readonly value: number;
  readonly basis: Basis;
  readonly source: string;
}
export type UnitCosts = Readonly<Record<UnitCostName, UnitCost>>;

/** Those of the package, the same from `src/` and from `dist/`. */
export const OWN_COSTS = fileURLToPath(new URL('../../unit-costs.json', import.meta.url));

/** Throws {@link RemedyError} when one is missing or no positive number. */
export function parseUnitCosts(text: string, file: string): UnitCosts {
  let given: Partial<Record<string, Partial<UnitCost>>>;
  try {
    given = JSON.parse(text) as typeof given;
  } catch (cause) {
    throw new RemedyError(`${file} is no JSON.`, `Copy ${OWN_COSTS} and change its values.`, { cause });
  }
  const costs = UNIT_COST_NAMES.map((name) => {
    const { value, source = 'not said', basis } = given[name] ?? {};
    const known = BASES.find((one) => one === basis) ?? 'not said';
    if (typeof value === 'number' && value > 0) return [name, { value, basis: known, source }] as const;
    throw new RemedyError(`${file} gives no positive value for ${name}.`, `Copy ${OWN_COSTS} and change its values.`);
  });
  return Object.fromEntries(costs) as Record<UnitCostName, UnitCost>;
}

export async function readUnitCosts(file: string): Promise<UnitCosts> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new RemedyError(`${file} cannot be read.`, `Copy ${OWN_COSTS} and change its values.`, { cause });
  });
  return parseUnitCosts(text, file);
}
