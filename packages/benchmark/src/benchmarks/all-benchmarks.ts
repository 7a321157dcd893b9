/** All benchmarks, in the order in which they are run when none is named. */
import { backgroundReports } from './background-reports.ts';
import type { Benchmark } from './benchmark.ts';
import { delivery } from './delivery.ts';
import { flush } from './flush.ts';
import { highest } from './highest.ts';
import { lookup } from './lookup.ts';
import { memory } from './memory.ts';
import { referenceCase } from './reference-case.ts';
import { signOn } from './sign-on.ts';
import { slowReader } from './slow-reader.ts';
import { subscriptions } from './subscriptions.ts';
import { unitCosts } from './unit-costs.ts';
import { users } from './users.ts';

/** `highest` is first, since `delivery` needs what it finds. */
export const BENCHMARKS: readonly Benchmark[] = [
  highest,
  delivery,
  flush,
  users,
  subscriptions,
  slowReader,
  signOn,
  memory,
  referenceCase,
  lookup,
  unitCosts,
  backgroundReports,
];
