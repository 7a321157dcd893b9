/** Calls the API in tests, and checks every failure. */
import { expect } from '@jest/globals';
import { SignJWT } from 'jose';
import { type FriendGraphOfTest, TEST_SECRET } from '../friend-graph.testing.ts';

export interface ApiResponse {
  status: number;
  headers: Headers;
  /** The body as received. */
  text: string;
  /** The parsed body; empty if there is none. */
  body: Record<string, unknown>;
}

export interface CallOptions {
  token?: string;
  json?: unknown;
  raw?: { type: string; body: string };
}

export async function call(
  service: FriendGraphOfTest,
  method: string,
  path: string,
  { token, json, raw }: CallOptions = {},
): Promise<ApiResponse> {
  const body = raw?.body ?? (json === undefined ? undefined : JSON.stringify(json));
  const response = await fetch(service.apiUrl + path, {
    method,
    headers: {
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'Content-Type': raw?.type ?? 'application/json' }),
    },
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  const { status, headers } = response;
  return { status, headers, text, body: (text === '' ? {} : JSON.parse(text)) as ApiResponse['body'] };
}

export async function signIn(service: FriendGraphOfTest, userId: string): Promise<string> {
  const { status, body } = await call(service, 'POST', '/dev/tokens', { json: { userId } });
  expect(status).toBe(201);
  return body['token'] as string;
}

/** Every failure is a problem of RFC 9457 with a stable code. */
export function expectProblem(response: ApiResponse, status: number, code: string): void {
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(response.body).toMatchObject({
    status,
    code,
    title: expect.any(String),
    detail: expect.stringMatching(/\.$/),
  });
  expect(response.status).toBe(status);
}

/** A token signed by the test, whose user may be unknown; `issuedAt` in ms since the epoch, by default absent. */
export function tokenOf(userId: string, issuedAt?: number): Promise<string> {
  return new SignJWT(issuedAt === undefined ? {} : { iat: issuedAt / 1_000 })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(userId)
    .setAudience('nearby-friends')
    .setIssuer('nearby-friends')
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(TEST_SECRET));
}
