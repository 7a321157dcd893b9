/** Reads what the gateways of a build hold once their garbage is collected. */
import { setTimeout as delay } from 'node:timers/promises';
import type { DeployedBuild } from '../deploy/deployed-build.ts';
import { collectGarbage } from './collect-garbage.ts';
import { residentBytes } from './resident-memory.ts';

/** Bytes of all gateways together. */
export interface GatewayMemory {
  readonly resident: number;
  /** By JavaScript, buffers included: grains of the resident memory, without what the allocator keeps for later. */
  readonly used: number;
}

/** Pages are given back a while after what was on them: until a turn frees less than this, bytes. */
const SETTLED_BYTES = 512 * 1024;
const MAX_TURNS = 8;
const TURN_MS = 150;

/** Collects until it frees no more memory. The gateways must be inspectable, see {@link collectGarbage}. */
export async function collectedMemory(build: DeployedBuild): Promise<GatewayMemory> {
  let least: GatewayMemory = { resident: Number.POSITIVE_INFINITY, used: Number.POSITIVE_INFINITY };
  for (let turn = 0; turn < MAX_TURNS; turn += 1) {
    let used = 0;
    for (const gateway of build.gateways) used += await collectGarbage(gateway);
    const resident = await residentBytes(build.pids().gateway);
    const isSettled = resident > least.resident - SETTLED_BYTES;
    least = { resident: Math.min(resident, least.resident), used: Math.min(used, least.used) };
    if (isSettled) break;
    await delay(TURN_MS);
  }
  return least;
}
