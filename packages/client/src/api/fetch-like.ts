/** The part of the `fetch` API that this package uses, so that an app can pass its own implementation. */

/** The part of `Response` that this package reads. */
export interface HttpResponse {
  readonly ok: boolean;
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
}

/** The part of `fetch` that this package calls. */
export type FetchLike = (
  url: string,
  init: {
    readonly method: string;
    /** Only to find out why a page of another origin gets no response. */
    readonly mode?: 'no-cors';
    readonly headers: Record<string, string>;
    readonly body?: string;
    readonly signal: AbortSignal;
  },
) => Promise<HttpResponse>;
