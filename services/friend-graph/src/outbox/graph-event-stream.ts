/** Port: the stream through which every gateway receives changes of the graph. */
export interface GraphEventStream {
  /**
   * Appends in order; resolves when the stream has all of them. When it rejects, some may have been appended; appending
   * them again is harmless.
   */
  append(payloads: readonly Buffer[]): Promise<void>;
  /**
   * Resolves when every gateway that may still deliver has applied everything appended before this call. Rejects with
   * `unavailable` after a deadline or when the signal aborts.
   */
  barrier(options?: { deadlineMs?: number; signal?: AbortSignal }): Promise<void>;
  /** What the last writer left beside the stream, see `replaceMark`; null if nothing, or Redis has lost it. */
  mark(): Promise<string | null>;
  /** Leaves a mark, unless another writer has replaced `previous` meanwhile. */
  replaceMark(previous: string | null, next: string): Promise<void>;
  /** Drops entries that every gateway has had time to read. */
  trim(): Promise<void>;
}
