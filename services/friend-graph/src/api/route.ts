/** The description of a route, from which both its handler and its document are made. */
import type { ErrorCodeName, UserId } from '@nearby-friends/protocol';
import type { z } from 'zod';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * `user`: needs a valid token. `user-or-revoked`: also accepts a revoked token, so that a client can repeat a sign-out
 * or erasure to confirm it; the handler then changes nothing for that user.
 */
export type Access = 'public' | 'user' | 'user-or-revoked';

export interface Caller {
  readonly user: UserId;
  /** When the token was issued, ms since the epoch; null: it does not say. */
  readonly issuedAt: number | null;
  /** The token is revoked. Always false where `access` is `user`. */
  readonly isRevoked: boolean;
}

/** The `{id}` in a route's path. */
export interface PathId {
  readonly description: string;
  /** Error code if it is malformed: the same as for an unknown one. */
  readonly malformed: 'not_found' | 'invalid_payload';
  /** Absent: it is a user id. */
  readonly schema?: z.ZodType<string>;
}

type IdOf<P extends PathId | undefined> = P extends { readonly schema: z.ZodType<infer Id> }
  ? Id
  : P extends PathId
    ? UserId
    : null;

interface Call<A extends Access, P extends PathId | undefined, Q, B> {
  readonly caller: A extends 'public' ? null : Caller;
  readonly id: IdOf<P>;
  readonly query: Q;
  readonly body: B;
  /** Aborts when the client disconnects. It may end the wait for a change, never the change. */
  readonly signal: AbortSignal;
}

interface RouteResponse<T> {
  readonly status: 200 | 201 | 202 | 204;
  readonly description: string;
  /** Absent: no body. */
  readonly schema?: z.ZodType<T>;
}

interface Description {
  readonly method: Method;
  /** Below the API's prefix, for example `/viewers/{id}`. */
  readonly path: string;
  /** Unique, for generated clients. */
  readonly operationId: string;
  readonly tag: string;
  /** A few words; `description` adds sentences. */
  readonly summary: string;
  readonly description?: string;
  /** Error codes in addition to those that follow from access, `{id}`, query and body. */
  readonly failures?: readonly ErrorCodeName[];
  /** A request without a body counts as one with an empty object: for a body that was added later. */
  readonly isBodyOptional?: boolean;
}

/** A route whose handler is known to match its schemas. */
export interface Route extends Description {
  readonly access: Access;
  readonly pathId?: PathId | undefined;
  readonly query?: z.ZodType | undefined;
  readonly body?: z.ZodType | undefined;
  readonly response: RouteResponse<unknown>;
  handle(call: {
    readonly caller: Caller | null;
    readonly id: string | null;
    readonly query: unknown;
    readonly body: unknown;
    readonly signal: AbortSignal;
  }): Promise<unknown>;
}

/** Makes the compiler check the handler against the schemas. */
export function defineRoute<
  const A extends Access,
  T = void,
  P extends PathId | undefined = undefined,
  Q = undefined,
  B = undefined,
>(
  route: Description & {
    readonly access: A;
    readonly pathId?: P;
    readonly query?: z.ZodType<Q>;
    readonly body?: z.ZodType<B>;
    readonly response: RouteResponse<T>;
    handle(call: Call<A, P, Q, B>): Promise<NoInfer<T>>;
  },
): Route {
  return route as unknown as Route;
}

/** Every error code with which `route` may respond. */
export function failuresOf(route: Route): ErrorCodeName[] {
  const codes = new Set<ErrorCodeName>(route.failures);
  if (route.access !== 'public') {
    codes.add('unauthorized').add('token_expired').add('token_not_yet_valid').add('account_erased').add('rate_limited');
  }
  if (route.pathId) codes.add(route.pathId.malformed);
  if (route.query) codes.add('invalid_payload');
  if (route.body) codes.add('invalid_payload').add('payload_too_large');
  return [...codes.add('unavailable').add('internal')];
}
