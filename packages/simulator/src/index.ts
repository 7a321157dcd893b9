/** Replays of real movements, and a city of made-up ones, through real clients: for the command line and end-to-end tests. */

export type { TransportChoice } from './client/simulated-client.ts';
export { sourceAddress } from './client/source-address.ts';
export { assignMovers } from './dataset/assign-movers.ts';
export { byNumberOfFriends, type Friendships, friendshipsOf, readFriendships } from './dataset/friendships.ts';
export { type Movement, readMovements, type TimeWindow, within } from './dataset/movements.ts';
export { type WindowFigures, windowFigures } from './dataset/window-figures.ts';
export type { Measured } from './measure/measurements.ts';
export type { Durations } from './measure/timings.ts';
export type { Difference, DifferenceKind } from './oracle/differences.ts';
export type { CheckpointResult } from './replay/checkpoint.ts';
export type { Disturbance } from './replay/disturbances.ts';
export { type OwnStackOptions, startOwnStack } from './replay/own-stack.ts';
export { replay } from './replay/replay.ts';
export type { ReplayOptions, ReplayProgress, WatchedViewer } from './replay/replay-options.ts';
export type { ReplayReport } from './replay/replay-report.ts';
export { seededRandom } from './seeded-random.ts';
export type { SimulationReport } from './simulation/simulation-report.ts';
