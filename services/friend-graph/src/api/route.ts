/** What a route of the API is: from this one description come the handler and the document. */
import type { ErrorCodeName, UserId } from '@nearby-friends/protocol';
import type { z } from 'zod';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * `user`: the holder of a valid token. `called-back`: also of one that was called back, so that whoever signs out or
 * erases the account can have it confirmed by the same call; the handler then changes nothing in that user's name.
 */
export type Access = 'anybody' | 'user' | 'called-back';

export interface Caller {
  readonly user: UserId;
  /** The token was called back. Always false where `access` is `user`. */
  readonly isRevoked: boolean;
}

/** The `{id}` in a route's path. */
export interface PathId {
  readonly description: string;
  /** What is answered when it is no user id: the same as for an unknown one. */
  readonly malformed: 'not_found' | 'invalid_payload';
}

export interface Call<A extends Access, P extends PathId | undefined, Q, B> {
  readonly caller: A extends 'anybody' ? null : Caller;
  readonly id: P extends PathId ? UserId : null;
  readonly query: Q;
  readonly body: B;
  /** The client has left. It may end the waiting for a change, never the change. */
  readonly signal: AbortSignal;
}

export interface RouteAnswer<T> {
  readonly status: 200 | 201 | 202 | 204;
  readonly description: string;
  /** None: there is no body. */
  readonly schema?: z.ZodType<T>;
}

interface Description {
  readonly method: Method;
  /** Below the API's prefix, for example `/viewers/{id}`. */
  readonly path: string;
  /** Unique, for generated clients. */
  readonly operationId: string;
  readonly tag: string;
  /** A few words; `description` may follow with sentences. */
  readonly summary: string;
  readonly description?: string;
  /** The codes it may fail with, beside those that follow from its access, `{id}`, query and body. */
  readonly failures?: readonly ErrorCodeName[];
}

/** A route whose parts have been made sure to fit each other. */
export interface Route extends Description {
  readonly access: Access;
  readonly pathId?: PathId | undefined;
  readonly query?: z.ZodType | undefined;
  readonly body?: z.ZodType | undefined;
  readonly answer: RouteAnswer<unknown>;
  handle(call: {
    readonly caller: Caller | null;
    readonly id: UserId | null;
    readonly query: unknown;
    readonly body: unknown;
    readonly signal: AbortSignal;
  }): Promise<unknown>;
}

/** Lets the compiler hold the handler to the schemas beside it. */
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
    readonly answer: RouteAnswer<T>;
    handle(call: Call<A, P, Q, B>): Promise<NoInfer<T>>;
  },
): Route {
  return route as unknown as Route;
}

/** Every code that `route` may answer with, besides its success. */
export function failuresOf(route: Route): ErrorCodeName[] {
  const codes = new Set<ErrorCodeName>(route.failures);
  if (route.access !== 'anybody') codes.add('unauthorized').add('token_expired');
  if (route.pathId) codes.add(route.pathId.malformed);
  if (route.query) codes.add('invalid_payload');
  if (route.body) codes.add('invalid_payload').add('payload_too_large');
  return [...codes.add('unavailable').add('internal')];
}
