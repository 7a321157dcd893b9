import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { edgeTextSchema, parseUserId, readEdges, type StatedEdge, type UserId } from '@nearby-friends/protocol';
import { eventually } from '@nearby-friends/testing/eventually';
import { Client } from 'pg';
import { insertEdges, useDatabase } from './database.testing.ts';
import { GrantRepository } from './grant-repository.ts';
import { ViewerRepository } from './viewer-repository.ts';

const database = useDatabase();
const NOW = Date.UTC(2026, 5, 1);
const id = parseUserId;
let grants: GrantRepository;
let viewers: ViewerRepository;

beforeEach(() => {
  grants = new GrantRepository({ client: database.opened.client });
  viewers = new ViewerRepository({ database: database.opened });
});

describe('which grants are read', () => {
  it('leaves out hidden and ended grants, and keeps one that still runs, with its end', async () => {
    await insertEdges(database, [
      { viewer: 'ann', subject: 'exact' },
      { viewer: 'ann', subject: 'approximate', precision: 'approximate' },
      { viewer: 'ann', subject: 'hidden', precision: 'hidden' },
      { viewer: 'ann', subject: 'ended', until: NOW },
      { viewer: 'ann', subject: 'ending', until: NOW + 1 },
    ]);
    const edges = await friendsOf(id('ann'));
    expect(Object.fromEntries(edges.map(({ subject, grant }) => [subject, grant]))).toEqual({
      exact: { precision: 'exact', until: null },
      approximate: { precision: 'approximate', until: null },
      ending: { precision: 'exact', until: NOW + 1 },
    });
  });

  it('keeps the directions apart: who sees whom', async () => {
    await insertEdges(database, [
      { viewer: 'ann', subject: 'bob' },
      { viewer: 'cid', subject: 'bob', precision: 'approximate' },
    ]);
    const people = [id('ann'), id('bob'), id('cid')];
    const response = await viewers.read(people, NOW);
    const reverse = await grants.reverseFriendsOf(people, NOW);
    expect(response.map(({ viewer, edges }) => [viewer, readEdges(edges).length])).toEqual([
      ['ann', 1],
      ['bob', 0],
      ['cid', 1],
    ]);
    expect([...reverse.keys()]).toEqual(['bob']);
    expect(reverse.get(id('bob'))?.map(({ viewer, grant }) => [viewer, grant.precision])).toEqual([
      ['ann', 'exact'],
      ['cid', 'approximate'],
    ]);
  });
});

describe('on a table where the planner has a choice', () => {
  const POPULAR = id('popular');

  beforeEach(async () => {
    await database.query(
      `INSERT INTO users (id, display_name) SELECT 'user-' || i, 'x' FROM generate_series(0, 4999) i`,
    );
    // Their foreign keys hold by construction; checking 200,000 of them takes longer than the rest of this file.
    await database.query(`
      SET session_replication_role = replica;
      INSERT INTO edges (viewer_id, subject_id) SELECT * FROM (
      SELECT 'user-' || i, 'user-' || (i + step * 61) % 5000 FROM generate_series(0, 4999) i, generate_series(1, 40) step
      UNION ALL SELECT 'popular', 'user-' || i FROM generate_series(0, 399) i
      UNION ALL SELECT 'user-' || i, 'popular' FROM generate_series(0, 399) i
      -- In random order, as friendships are made.
      ) AS friendships
      ORDER BY random()`);
    await database.query(`INSERT INTO users (id, display_name) VALUES ('popular', 'x')`);
    await eventually(vacuum);
  });

  it('[G1] reads both lists from their own index alone, for one person and for many', async () => {
    const many = Array.from({ length: 64 }, (_, i) => id(`user-${i * 71}`));
    for (const people of [[POPULAR], many]) {
      const friends = await planOf(() => viewers.read(people, NOW));
      const reverse = await planOf(() => grants.reverseFriendsOf(people, NOW));
      // The rest are the viewers' own rows, and the few who have ever paused or withheld a position.
      expect(scansOf(friends).filter((scan) => scan.includes(' edges'))).toEqual([
        'Index Only Scan edges_viewer_id_subject_id_precision_until_version_idx',
      ]);
      expect(scansOf(reverse).filter((scan) => scan.includes(' edges'))).toEqual([
        'Index Only Scan edges_subject_id_viewer_id_precision_until_version_idx',
      ]);
    }
  });

  it('[G1] finds 400 friends and 400 reverse friends, each in one query', async () => {
    const expected = Array.from({ length: 400 }, (_, i) => `user-${i}`).sort();
    const query = jest.spyOn(Client.prototype, 'query');
    const response = await viewers.read([POPULAR, id('unknown')], NOW);
    const reverse = await grants.reverseFriendsOf([POPULAR, id('unknown')], NOW);
    const queries = statementsOf(query.mock.calls).length;
    query.mockRestore();
    expect(
      readEdges(response[0]?.edges ?? '')
        .map(({ subject }) => subject as string)
        .sort(),
    ).toEqual(expected);
    expect(
      reverse
        .get(POPULAR)
        ?.map(({ viewer }) => viewer as string)
        .sort(),
    ).toEqual(expected);
    expect(queries).toBe(2);
  });
});

async function friendsOf(viewer: UserId): Promise<StatedEdge[]> {
  const [response] = await viewers.read([viewer], NOW);
  // As the gateway parses it.
  return readEdges(edgeTextSchema.parse(response?.edges));
}

/** As autovacuum does eventually; pages become all-visible only after their commit is flushed, a moment later. */
async function vacuum(): Promise<void> {
  await database.query('VACUUM (ANALYZE) users, edges');
  const [table] = await database.query<{ pages: number; visible: number }>(
    `SELECT relpages AS pages, relallvisible AS visible FROM pg_class WHERE relname = 'edges'`,
  );
  expect(table?.visible).toBe(table?.pages);
}

interface Plan {
  'Node Type': string;
  'Index Name'?: string;
  Plans?: Plan[];
}

interface Statement {
  readonly text: string;
  readonly values: unknown[];
}

/** Without the setup of new connections, which is sent as plain text. */
function statementsOf(calls: readonly (readonly unknown[])[]): Statement[] {
  return calls.map(([config]) => config).filter((config): config is Statement => typeof config === 'object');
}

/** The plan of the one statement that `run` sends, for these values. */
async function planOf(run: () => Promise<unknown>): Promise<Plan> {
  const query = jest.spyOn(Client.prototype, 'query');
  await run();
  const sent = statementsOf(query.mock.calls);
  query.mockRestore();
  expect(sent).toHaveLength(1);
  const [{ text, values } = { text: '', values: [] }] = sent;
  const [row] = await database.query<{ 'QUERY PLAN': { Plan: Plan }[] }>(`EXPLAIN (FORMAT JSON) ${text}`, values);
  const plan = row?.['QUERY PLAN'][0]?.Plan;
  if (!plan) throw new Error('EXPLAIN returned no plan');
  return plan;
}

/** Every scan of a table in the plan. */
function scansOf(plan: Plan): string[] {
  const below = (plan.Plans ?? []).flatMap(scansOf);
  const name = plan['Node Type'];
  // The bitmap's heap part reads what the index part found.
  if (!name.endsWith('Scan') || name === 'Bitmap Heap Scan') return below;
  return [`${name} ${plan['Index Name'] ?? '(whole table)'}`, ...below];
}
