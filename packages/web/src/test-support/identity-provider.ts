/** A real identity provider for tests, on loopback: any name signs in with any password. */
import { createServer, type Server } from 'node:http';
import { jest } from '@jest/globals';
import Provider from 'oidc-provider';

export const CLIENT_ID = 'the-page';
/** The name of the API at the provider. */
export const AUDIENCE = 'https://api.nearby.example';

export class IdentityProvider {
  readonly issuer: string;
  /** Of the tokens for the API that are issued from now on. */
  accessTokenSeconds = 3_600;
  /** How often each grant was used at the token endpoint. */
  readonly grants = new Map<string, number>();
  givesRefreshTokens = true;
  readonly #port: number;
  #server: Server | undefined;
  #provider: Provider | undefined;

  constructor(port: number) {
    this.#port = port;
    this.issuer = `http://127.0.0.1:${port}`;
  }

  /** `page`: the address of the page, the only one that users are sent back to. */
  async start(page: string): Promise<void> {
    // It says at length that its forms and keys are for development.
    const [info, warn] = [jest.spyOn(console, 'info'), jest.spyOn(console, 'warn')];
    for (const spy of [info, warn]) spy.mockImplementation(() => undefined);
    this.#provider ??= this.#create(page);
    const handle = this.#provider.callback();
    this.#server = createServer((request, response) => void handle(request, response));
    await new Promise<void>((resolve) => this.#server?.listen(this.#port, '127.0.0.1', resolve));
  }

  /** Nothing answers any more; `start` continues with the same sessions. */
  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve) ?? resolve(undefined));
    this.#server = undefined;
  }

  #create(page: string): Provider {
    const provider = new Provider(this.issuer, {
      clients: [
        {
          client_id: CLIENT_ID,
          token_endpoint_auth_method: 'none',
          redirect_uris: [page],
          post_logout_redirect_uris: [page],
          grant_types: ['authorization_code', 'refresh_token'],
          response_types: ['code'],
        },
      ],
      cookies: { keys: ['a key of the test'] },
      clientBasedCORS: () => true,
      findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
      issueRefreshToken: () => this.givesRefreshTokens,
      rotateRefreshToken: true,
      features: {
        devInteractions: { enabled: true },
        resourceIndicators: {
          enabled: true,
          useGrantedResource: () => true,
          getResourceServerInfo: () => ({
            scope: '',
            audience: AUDIENCE,
            accessTokenTTL: this.accessTokenSeconds,
            accessTokenFormat: 'jwt',
          }),
        },
      },
    });
    provider.on('grant.success', ({ oidc }) => {
      const grant = String(oidc.params?.['grant_type']);
      this.grants.set(grant, (this.grants.get(grant) ?? 0) + 1);
    });
    return provider;
  }
}
