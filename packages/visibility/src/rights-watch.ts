/** Notices that rights change while an answer is made, so that none is sent that an event forbids (G5). */
import type { StreamEntry } from '@nearby-friends/bus';
import { type GraphEvent, graphEventCodec, MalformedMessageError, type UserId } from '@nearby-friends/protocol';
import type { Counter } from '@nearby-friends/service-kit';

/** An answer that is being made. */
export class Preparation {
  readonly viewer: UserId;
  /** Whose positions it may have; null until they are known. */
  subjects: ReadonlySet<UserId> | null = null;
  isOutdated = false;

  constructor(viewer: UserId) {
    this.viewer = viewer;
  }
}

/**
 * Knows no rights: they are read for each answer. As in the gateway, a change is confirmed to its user once every follower of
 * the stream has it, so what was read before it and is sent afterwards must not exist.
 */
export class RightsWatch {
  readonly #metrics: { readonly malformedMessages: Counter };
  readonly #preparations = new Set<Preparation>();

  constructor(options: { metrics: { readonly malformedMessages: Counter } }) {
    this.#metrics = options.metrics;
  }

  /** Before the rights are read. The caller ends it. */
  begin(viewer: UserId): Preparation {
    const preparation = new Preparation(viewer);
    this.#preparations.add(preparation);
    return preparation;
  }

  end(preparation: Preparation): void {
    this.#preparations.delete(preparation);
  }

  readonly onEntries = (entries: readonly StreamEntry[]): void => {
    if (this.#preparations.size === 0) return;
    for (const { payload } of entries) this.#apply(this.#decode(payload));
  };

  readonly onMissed = (): void => this.#apply(null);

  /** Null: of another version of friend-graph. It may end any right. */
  #decode(payload: Buffer): GraphEvent | null {
    try {
      return graphEventCodec.decode(payload);
    } catch (error) {
      if (!(error instanceof MalformedMessageError)) throw error;
      this.#metrics.malformedMessages.inc();
      return null;
    }
  }

  #apply(event: GraphEvent | null): void {
    for (const preparation of this.#preparations) {
      if (event === null || concerns(event, preparation)) preparation.isOutdated = true;
    }
  }
}

function concerns(event: GraphEvent, { viewer, subjects }: Preparation): boolean {
  const isSubject = (user: UserId) => subjects === null || subjects.has(user);
  switch (event.kind) {
    case 'edge':
      return event.viewer === viewer;
    case 'sharing':
      return isSubject(event.subject);
    case 'stopped':
      return isSubject(event.user);
    case 'erased':
      return event.user === viewer || isSubject(event.user);
    case 'radius':
    case 'signed-out':
      return event.user === viewer;
    case 'reread':
    case 'epoch':
      return true;
  }
}
