/** The public API of the package. React hooks are in `@nearby-friends/client/react`. */
export type { Credentials } from './access-token.ts';
export type { Api, CallOptions, GrantOptions, PagedList, PageOptions } from './api/api.ts';
export type * from './api/api-resources.ts';
export { type ApiOptions, createApi } from './api/create-api.ts';
export type { FetchLike, HttpResponse } from './api/fetch-like.ts';
export type { Clock } from './clock.ts';
export { connect } from './connect.ts';
export type { ConnectOptions } from './connect-options.ts';
export type { GeolocationFailure, GeolocationFix, GeolocationSource, PageVisibility } from './device.ts';
export type {
  ConnectionStatus,
  NearbyConnection,
  PositionReport,
  PositionWatch,
  TransportName,
  WatchOptions,
} from './nearby-connection.ts';
export {
  type ClientErrorCode,
  type InputDefect,
  NearbyError,
  type NearbyErrorCode,
  type NearbyErrorOptions,
} from './nearby-error.ts';
export type { Observable } from './observable.ts';
export {
  type DevelopmentSignIn,
  type DevelopmentToken,
  signInForDevelopment,
} from './sign-in-for-development.ts';
export type * from './wire-messages.ts';
