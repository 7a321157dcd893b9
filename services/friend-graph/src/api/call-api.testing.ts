/** How tests call the API, and what they expect of every failure. */
import { expect } from '@jest/globals';
import { SignJWT } from 'jose';
import { type FriendGraphOfTest, TEST_SECRET } from '../friend-graph.testing.ts';

export interface Answer {
  status: number;
  headers: Headers;
  /** As it came. */
  text: string;
  /** Empty when there is none. */
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
): Promise<Answer> {
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
  return { status, headers, text, body: (text === '' ? {} : JSON.parse(text)) as Answer['body'] };
}

export async function signIn(service: FriendGraphOfTest, userId: string): Promise<string> {
  const { status, body } = await call(service, 'POST', '/dev/tokens', { json: { userId } });
  expect(status).toBe(201);
  return body['token'] as string;
}

/** Every failure is a problem of RFC 9457 with a stable code. */
export function expectProblem(answer: Answer, status: number, code: string): void {
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(answer.body).toMatchObject({ status, code, title: expect.any(String), detail: expect.stringMatching(/\.$/) });
  expect(answer.status).toBe(status);
}

/** A token that nobody was asked for: its user may be unknown. */
export function tokenOf(userId: string): Promise<string> {
  return new SignJWT()
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(userId)
    .setAudience('nearby-friends')
    .setIssuer('nearby-friends')
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(TEST_SECRET));
}
