/** The figures of `slow-reader` as a table and goals. */
import type { Resumed } from '../load/worker-messages.ts';
import type { GatewayMemory } from '../measure/gateway-memory.ts';
import type { Measurement } from '../measure/measurement.ts';
import type { TcpMemory } from '../measure/tcp-memory.ts';
import { atLeast, atMost, type BenchmarkResult, type Findings, type GoalCheck, type Row } from '../report/result.ts';
import { MEASUREMENT_COLUMNS } from './measurement-table.ts';

/** Share of the stopped clients from which on their buffers count as full. */
export const HELD_BACK_ENOUGH = 0.9;
/** Of one friend in a list message, as counted for capacity. */
const BYTES_PER_FRIEND = 116;
const KB = 1_024;
const MB = KB * KB;

export interface Memory {
  readonly gateway: GatewayMemory;
  readonly kernel: TcpMemory;
}

export interface SlowReaderFigures {
  readonly users: number;
  readonly slowClients: number;
  readonly updateIntervalMs: number;
  readonly flushIntervalMs: number;
  readonly filledInSeconds: number;
  /** Clients whose flushes were put off while it was measured, on average. */
  readonly heldBack: number;
  readonly before: Memory & { readonly load: Measurement };
  readonly during: Memory & { readonly load: Measurement };
  /** When all had read. */
  readonly after: Memory;
  readonly gone: Measurement;
  readonly resumed: Resumed;
  readonly lost: number;
}

const OF_THE_OTHERS = ['offered', 'delivered', 'cost', 'gatewayCost', 'p50', 'p99', 'late', 'missing'];

export function slowReaderResult(figures: SlowReaderFigures): Findings & Pick<BenchmarkResult, 'goals'> {
  const { users, slowClients, before, during, after, gone } = figures;
  const row = (phase: string, load: Measurement | null, memory: Memory | null): Row => ({
    phase,
    ...Object.fromEntries(OF_THE_OTHERS.map((key) => [key, load?.[key as keyof Measurement] ?? null])),
    cores: load?.cores ?? null,
    resident: memory && memory.gateway.resident / MB,
    used: memory && memory.gateway.used / MB,
    kernel: memory && memory.kernel.machineBytes / MB,
    queued: memory && memory.kernel.queuedBytes / MB,
  });
  return {
    title: `${users} users with ${1_000 / figures.updateIntervalMs} report/s each; ${slowClients} more clients, friends of all of them, stop reading; flush ${figures.flushIntervalMs} ms`,
    columns: [
      { key: 'phase', label: 'while' },
      ...MEASUREMENT_COLUMNS.filter(({ key }) => OF_THE_OTHERS.includes(key)),
      { key: 'cores', label: 'cores', digits: 2 },
      { key: 'resident', label: 'gateways RSS MB', digits: 1 },
      { key: 'used', label: 'used MB', digits: 1 },
      { key: 'kernel', label: 'kernel’s TCP MB', digits: 1 },
      { key: 'queued', label: 'unread MB', digits: 1 },
      { key: 'outdated', label: 'shown outdated' },
    ],
    rows: [
      row('all read', before.load, before),
      row(`${slowClients} do not, buffers full`, during.load, during),
      { ...row('they have read again', null, after), outdated: figures.resumed.outdated },
      row('they have gone', gone, null),
    ],
    goals: goalsOf(figures),
    notes: notesOf(figures),
  };
}

function goalsOf(figures: SlowReaderFigures): GoalCheck[] {
  const { slowClients, before, during, gone, resumed } = figures;
  const goal = (text: string, value: number, bound: number): GoalCheck => atMost(bound, `5: ${text}`, value);
  const share = figures.heldBack / slowClients;
  const isTested = atLeast(
    HELD_BACK_ENOUGH,
    '5: clients that do not read and are held back, as a share of those that do not read',
    share,
  );
  // What no gateway has noticed shows nothing, and must not count as a goal that is met.
  if (share < HELD_BACK_ENOUGH) return [isTested];
  const perClient = (pick: (memory: Memory) => number): number => (pick(during) - pick(before)) / slowClients;
  return [
    isTested,
    goal('KB of gateway RSS per client that does not read', perClient(({ gateway }) => gateway.resident) / KB, 64),
    goal(
      'the same, of what its JavaScript uses, buffers included (RSS hides what fits into free pages)',
      perClient(({ gateway }) => gateway.used) / KB,
      64,
    ),
    goal('p99 of the others, as a multiple of that before', during.load.p99 / before.load.p99, 1.2),
    goal('CPU per delivery to the others, as a multiple of that without the slow', during.load.cost / gone.cost, 1.2),
    goal('CPU of everything, as a multiple of that while all read', during.load.cores / before.load.cores, 1.2),
    goal('ms until those that read again show the newest of all', resumed.tookMs, 5_000),
    goal('friends they do not show at their last report', resumed.outdated, 0),
    goal('lists per client that came beyond what had left the gateway before', listsBeyondQueue(figures), 2),
    goal('connections lost', figures.lost, 0),
  ];
}

/** The rest of the message that the kernel had not taken whole, and one list with the newest: a queue would be more. */
function listsBeyondQueue({ users, slowClients, during, resumed }: SlowReaderFigures): number {
  return (resumed.bytesIn - during.kernel.queuedBytes) / slowClients / (users * BYTES_PER_FRIEND);
}

function notesOf(figures: SlowReaderFigures): string[] {
  const { slowClients, before, during, resumed, users } = figures;
  const each = (bytes: number): string => `${(bytes / slowClients / KB).toFixed(0)} KB`;
  const grown = (pick: (memory: Memory) => number): number => pick(during) - pick(before);
  const connections = grown(({ kernel }) => kernel.connectionBytes ?? 0);
  const bySs = during.kernel.connectionBytes === null ? 'ss is missing' : `${each(connections)} by ss`;
  return [
    `Buffers were full after ${figures.filledInSeconds.toFixed(0)} s; then ${figures.heldBack.toFixed(0)} of ${slowClients} were held back.`,
    `Per client that does not read: gateway RSS ${each(grown(({ gateway }) => gateway.resident))}, of it in use ${each(grown(({ gateway }) => gateway.used))}; the kernel ${each(grown(({ kernel }) => kernel.machineBytes))} for both ends (${bySs}) with ${each(during.kernel.queuedBytes)} unread. The kernel’s part is bounded by net.ipv4.tcp_wmem and tcp_rmem.`,
    `Each that reads again got ${(resumed.framesIn / slowClients).toFixed(0)} messages of ${each(resumed.bytesIn)} in all, most of them from the kernel’s buffers; a whole list of ${users} friends is some ${((users * BYTES_PER_FRIEND) / KB).toFixed(0)} KB.`,
    'Clients that do not read still send pongs: a gateway disconnects those that do not after 20 to 45 s.',
  ];
}
