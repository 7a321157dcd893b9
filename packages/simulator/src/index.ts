/** Replays of recorded movements and simulations of a city, through real clients: for end-to-end tests. */

export type { TransportChoice } from './client/simulated-client.ts';
export { sourceAddress } from './client/source-address.ts';
export { type Friendships, friendshipsOf } from './dataset/friendships.ts';
export type { Movement } from './dataset/movements.ts';
export type { Disturbance } from './replay/disturbances.ts';
export { startOwnStack } from './replay/own-stack.ts';
export { replay } from './replay/replay.ts';
export type { ReplayReport } from './replay/replay-report.ts';
export type { SimulationReport } from './simulation/simulation-report.ts';
