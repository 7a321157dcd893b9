/** A reference model of the friend graph: in memory, one change after the other. */
import type { Grant, GraphEvent, Sharing } from '@nearby-friends/protocol';
import fc from 'fast-check';

export const PEOPLE = ['ann', 'bob', 'cid', 'dan'] as const;
type Person = (typeof PEOPLE)[number];

export type Operation =
  | {
      readonly kind: 'request' | 'accept';
      readonly who: Person;
      readonly whom: Person;
      readonly choice: Grant | undefined;
    }
  | {
      readonly kind: 'decline' | 'unfriend' | 'block' | 'unblock';
      readonly who: Person;
      readonly whom: Person;
    }
  | { readonly kind: 'grant'; readonly who: Person; readonly whom: Person; readonly grant: Grant }
  | { readonly kind: 'share'; readonly who: Person; readonly sharing: Sharing }
  | { readonly kind: 'erase'; readonly who: Person };

const EXACT: Grant = { precision: 'exact', until: null };
/** Ends are far in the future: the model has no clock. */
const until = fc.option(fc.constant(4_000_000_000_000), { nil: null });
const person = fc.constantFrom(...PEOPLE);
const pair = fc.uniqueArray(person, { minLength: 2, maxLength: 2 }) as fc.Arbitrary<[Person, Person]>;
const grant = fc
  .tuple(fc.constantFrom('exact' as const, 'approximate' as const, 'hidden' as const), until)
  .map(([precision, end]): Grant => ({ precision, until: end }));
const betweenTwo = (kinds: readonly ('decline' | 'unfriend' | 'block' | 'unblock')[]) =>
  fc.tuple(fc.constantFrom(...kinds), pair).map(([kind, [who, whom]]): Operation => ({ kind, who, whom }));

/** The operations that may run concurrently. */
export const operation: fc.Arbitrary<Operation> = fc.oneof(
  // More frequent, so that friendships exist for the other operations.
  {
    weight: 5,
    arbitrary: fc
      .tuple(fc.constantFrom('request' as const, 'accept' as const), pair, fc.option(grant, { nil: undefined }))
      .map(([kind, [who, whom], choice]): Operation => ({ kind, who, whom, choice })),
  },
  { weight: 4, arbitrary: betweenTwo(['decline', 'unfriend', 'block', 'unblock']) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(pair, grant)
      .map(([[who, whom], granted]): Operation => ({ kind: 'grant', who, whom, grant: granted })),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(person, fc.boolean(), until)
      .map(([who, paused, end]): Operation => ({ kind: 'share', who, sharing: { paused, until: end } })),
  },
);
export const operationOrErasure: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 12, arbitrary: operation },
  { weight: 1, arbitrary: person.map((who): Operation => ({ kind: 'erase', who })) },
);

/** Everything one user can see. */
export interface View {
  readonly friends: string[];
  readonly viewers: [string, string, number | null][];
  readonly incoming: string[];
  /** With what the user grants each. */
  readonly outgoing: string[];
  readonly blocks: string[];
  readonly sharing: Sharing;
}

export class GraphModel {
  /** By "viewer>subject". */
  readonly edges = new Map<string, Grant>();
  /** By "from>to". */
  readonly requests = new Map<string, { readonly isSuppressed: boolean; readonly choice: Grant }>();
  /** "who>whom" */
  readonly blocks = new Set<string>();
  readonly sharing = new Map<Person, Sharing>();

  copy(): GraphModel {
    const copy = new GraphModel();
    for (const [key, value] of this.edges) copy.edges.set(key, value);
    for (const [key, value] of this.requests) copy.requests.set(key, value);
    for (const key of this.blocks) copy.blocks.add(key);
    for (const [key, value] of this.sharing) copy.sharing.set(key, value);
    return copy;
  }

  /** Returns the error code, or "ok". */
  apply(operation: Operation): string {
    const { who } = operation;
    if (operation.kind === 'share') {
      this.sharing.set(who, operation.sharing);
      return 'ok';
    }
    if (operation.kind === 'erase') {
      for (const kept of [this.edges, this.requests, this.blocks]) {
        for (const key of kept.keys()) if (key.split('>').includes(who)) kept.delete(key);
      }
      this.sharing.delete(who);
      return 'ok';
    }
    const { whom } = operation;
    const [there, back] = [`${who}>${whom}`, `${whom}>${who}`];
    switch (operation.kind) {
      case 'request':
        if (this.edges.has(there)) this.#restrict(back, operation.choice);
        else if (this.blocks.has(there)) return 'ok';
        else if (this.requests.has(back) && !this.blocks.has(back)) this.#befriend(there, back, operation.choice);
        else {
          const choice = operation.choice ?? this.requests.get(there)?.choice ?? EXACT;
          this.requests.set(there, { isSuppressed: this.blocks.has(back), choice });
        }
        return 'ok';
      case 'accept':
        if (this.edges.has(there)) this.#restrict(back, operation.choice);
        else if (this.requests.get(back)?.isSuppressed !== false) return 'not_found';
        else this.#befriend(there, back, operation.choice);
        return 'ok';
      case 'decline':
        this.requests.delete(there);
        if (this.requests.get(back)?.isSuppressed === false) this.requests.delete(back);
        return 'ok';
      case 'unfriend':
        this.#unfriend(there, back);
        return 'ok';
      case 'block':
        this.blocks.add(there);
        this.#unfriend(there, back);
        this.requests.delete(there);
        this.#suppress(back);
        return 'ok';
      case 'unblock':
        this.blocks.delete(there);
        return 'ok';
      case 'grant':
        if (!this.edges.has(back)) return 'not_found';
        this.edges.set(back, operation.grant);
        return 'ok';
    }
  }

  view(who: Person): View {
    const ends = (keys: Iterable<string>) => [...keys].map((key) => key.split('>') as [string, string]);
    const requests = [...this.requests].map(([key, { isSuppressed, choice }]) => ({
      key: key.split('>'),
      isSuppressed,
      choice,
    }));
    return {
      friends: ends(this.edges.keys())
        .filter(([viewer]) => viewer === who)
        .map(([, subject]) => subject)
        .sort(),
      viewers: [...this.edges]
        .map(([key, grant]) => ({ key: key.split('>'), grant }))
        .filter(({ key }) => key[1] === who)
        .map(({ key, grant }): [string, string, number | null] => [key[0] ?? '', grant.precision, grant.until])
        .sort(([one], [other]) => (one < other ? -1 : 1)),
      incoming: requests
        .filter(({ key, isSuppressed }) => key[1] === who && !isSuppressed)
        .map(({ key }) => key[0] ?? '')
        .sort(),
      outgoing: requests
        .filter(({ key }) => key[0] === who)
        .map(({ key, choice }) => `${key[1]} ${choice.precision} ${choice.until}`)
        .sort(),
      blocks: ends(this.blocks)
        .filter(([blocker]) => blocker === who)
        .map(([, blocked]) => blocked)
        .sort(),
      sharing: this.sharing.get(who) ?? { paused: false, until: null },
    };
  }

  /** The user sees the other along `there`, as far as the other's request says. */
  #befriend(there: string, back: string, choice: Grant | undefined): void {
    this.edges.set(there, this.requests.get(back)?.choice ?? EXACT);
    this.edges.set(back, choice ?? this.requests.get(there)?.choice ?? EXACT);
    this.requests.delete(there);
    this.requests.delete(back);
  }

  #restrict(back: string, choice: Grant | undefined): void {
    const granted = this.edges.get(back);
    if (!granted || !choice) return;
    const widths = ['hidden', 'approximate', 'exact'] as const;
    const width = Math.min(widths.indexOf(granted.precision), widths.indexOf(choice.precision));
    const ends = [granted.until, choice.until].filter((end) => end !== null);
    this.edges.set(back, {
      precision: widths[width] ?? 'hidden',
      until: ends.length > 0 ? Math.min(...ends) : null,
    });
  }

  #suppress(key: string): void {
    const request = this.requests.get(key);
    if (request) this.requests.set(key, { ...request, isSuppressed: true });
  }

  #unfriend(there: string, back: string): void {
    this.edges.delete(there);
    this.edges.delete(back);
  }
}

/** A model of a gateway: in any order and repetition of events the highest version wins. */
export class GatewayModel {
  readonly #edges = new Map<string, { version: number; grant: Grant | null }>();
  readonly #sharing = new Map<string, { version: number; sharing: Sharing }>();
  readonly #erased = new Map<string, number>();

  apply(event: GraphEvent): void {
    if (event.kind === 'edge') {
      const key = `${event.viewer}>${event.subject}`;
      if (event.version > (this.#edges.get(key)?.version ?? -1)) this.#edges.set(key, event);
    } else if (event.kind === 'sharing') {
      if (event.version > (this.#sharing.get(event.subject)?.version ?? -1)) this.#sharing.set(event.subject, event);
    } else if (event.kind === 'erased') {
      this.#erased.set(event.user, Math.max(event.version, this.#erased.get(event.user) ?? -1));
    }
  }

  /** By "viewer>subject". */
  edges(): Map<string, Grant> {
    const edges = new Map<string, Grant>();
    for (const [key, { version, grant }] of this.#edges) {
      const isVoid = key.split('>').some((end) => version < (this.#erased.get(end) ?? -1));
      // Without the times before which positions stay withheld: withheld.pg.test checks those.
      if (grant && !isVoid) edges.set(key, { precision: grant.precision, until: grant.until });
    }
    return edges;
  }

  sharingOf(who: string): Sharing {
    const kept = this.#sharing.get(who);
    if (!kept || kept.version < (this.#erased.get(who) ?? -1)) return { paused: false, until: null };
    return { paused: kept.sharing.paused, until: kept.sharing.until };
  }
}
