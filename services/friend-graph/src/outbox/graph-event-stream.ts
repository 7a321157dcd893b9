/** Port: the stream by which every gateway hears of changes. */
export interface GraphEventStream {
  /**
   * Appends in order; resolves when the stream has them all. Rejects when it does not take them: some may have been
   * taken, and saying them again is harmless.
   */
  append(payloads: readonly Buffer[]): Promise<void>;
  /**
   * Resolves when everything appended before this call is applied by every gateway that may still deliver. Rejects with
   * `unavailable` when that takes too long, or when the signal says that nobody waits any more.
   */
  barrier(options?: { deadlineMs?: number; signal?: AbortSignal }): Promise<void>;
  /** Drops what every gateway has had time to read. */
  trim(): Promise<void>;
}
