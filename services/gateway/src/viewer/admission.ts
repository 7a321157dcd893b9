/** What the handshake found out about a client: its user, its token and what it can do. */
import type { VerifiedToken } from '@nearby-friends/service-kit';

export interface Admission extends VerifiedToken {
  /** The client computes distance changes caused by the viewer's own movement. */
  readonly measuresDistances: boolean;
  /** The name of the client's device, the same on all of its connections; null if the client gives none. */
  readonly device: string | null;
}
