/** A registered device that reports over HTTP through the load balancer, byte for byte as an app does. */
import type { ApiClient } from './api-client.ts';
import type { System } from './system.ts';

export interface AppResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** A location of an answer to OwnTracks. */
export interface OwnTracksFriend {
  readonly _type: string;
  readonly tid: string;
  readonly lat: number;
  readonly lon: number;
  readonly tst: number;
  readonly acc?: number;
  readonly vel?: number;
  readonly batt?: number;
}

export class BackgroundApp {
  readonly user: string;
  readonly id: string;
  readonly secret: string;
  readonly #system: System;

  private constructor(system: System, user: string, device: { id: string; secret: string }) {
    this.#system = system;
    this.user = user;
    this.id = device.id;
    this.secret = device.secret;
  }

  /** Registers a device of the user. */
  static async register(
    system: System,
    api: ApiClient,
    user: string,
    settings: { name?: string; staysVisibleSeconds?: number } = {},
  ): Promise<BackgroundApp> {
    const device = await api.callUntilAccepted(user, 'POST', '/me/devices', { name: 'Phone', ...settings });
    return new BackgroundApp(system, user, device as { id: string; secret: string });
  }

  /** OwnTracks' credentials, and any body. */
  async owntracks(body: string, secret = this.secret): Promise<AppResponse> {
    const credentials = Buffer.from(`${this.user}:${secret}`).toString('base64');
    return await this.post('/api/v1/owntracks', body, {
      authorization: `Basic ${credentials}`,
      'content-type': 'application/json; charset=utf-8',
      'x-limit-u': 'another-user',
      'x-limit-d': 'phone',
    });
  }

  /** Reports a location as OwnTracks does, until it is accepted; resolves with the friends in the answer, without their names. */
  async reportOwnTracks(fields: object): Promise<OwnTracksFriend[]> {
    const message = {
      _type: 'location',
      tst: Math.floor(Date.now() / 1000),
      tid: 'xx',
      topic: 'owntracks/x/y',
      ...fields,
    };
    const { status, text } = await this.owntracks(JSON.stringify(message));
    if (status !== 200) throw new Error(`OwnTracks was answered with ${status}`);
    return (JSON.parse(text) as OwnTracksFriend[]).filter(({ _type }) => _type !== 'card');
  }

  /** With the secret as a bearer token. */
  async bearer(path: string, body: unknown, secret = this.secret): Promise<AppResponse> {
    return await this.post(path, JSON.stringify(body), {
      authorization: `Bearer ${secret}`,
      'content-type': 'application/json',
    });
  }

  async post(path: string, body: string, headers: Record<string, string>): Promise<AppResponse> {
    const response = await fetch(this.#system.url + path, { method: 'POST', headers, body });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }
}
