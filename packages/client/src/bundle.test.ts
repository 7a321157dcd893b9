/** What an app gets that bundles this package for a browser: what it uses, and nothing of Node. */
import { createContext, runInContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { build, type Metafile } from 'esbuild';

interface Bundle {
  readonly text: string;
  readonly inputs: Metafile['inputs'];
}

/** Bundles the code as an app's own, for a browser; what is left out of the bundle is not among the inputs. */
async function bundle(code: string, external: string[] = []): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: code, resolveDir: import.meta.dirname, loader: 'ts' },
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    platform: 'browser',
    format: 'iife',
    globalName: 'app',
    target: 'es2022',
    logLevel: 'silent',
    external,
  });
  const [output] = Object.values(metafile.outputs);
  const inputs = Object.fromEntries(
    Object.entries(output?.inputs ?? {})
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([path]) => [path, metafile.inputs[path]]),
  ) as Metafile['inputs'];
  return { text: outputFiles[0]?.text ?? '', inputs };
}

const packagesIn = ({ inputs }: Bundle): string[] => {
  const names = Object.keys(inputs).map((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]);
  return [...new Set(names.filter((name) => name !== undefined))].sort();
};

describe('a bundle for browsers', () => {
  it('of only the HTTP API has nothing of Socket.IO, nor of the live connection', async () => {
    const api = await bundle(`export { createApi } from './index.ts'`);
    expect(packagesIn(api)).toEqual([]);
    expect(Object.keys(api.inputs).filter((path) => /\/connection\/|connect\.ts|react/.test(path))).toEqual([]);
    expect(api.text).not.toContain('socket.io');
    expect(api.text.length).toBeLessThan(12_000);
  });

  it('of everything needs Socket.IO’s client and what that needs, and not React', async () => {
    const all = await bundle(`export * from './index.ts'`);
    expect(packagesIn(all)).toEqual([
      '@socket.io/component-emitter',
      'engine.io-client',
      'engine.io-parser',
      'socket.io-client',
      'socket.io-parser',
    ]);
  });

  it('of the hooks needs React, and not Socket.IO', async () => {
    const hooks = await bundle(`export * from './react.ts'`, ['react']);
    expect(packagesIn(hooks)).toEqual([]);
    expect(hooks.text).toContain('react');
  });

  it('does nothing when it is loaded, and works without anything of Node', async () => {
    const { text } = await bundle(`export { connect, createApi, NearbyError } from './index.ts'`);
    const calls: string[] = [];
    // As much of a browser as is needed, and nothing else: not even timers are there while it is loaded.
    const page = createContext({
      URL,
      URLSearchParams,
      AbortController,
      TextEncoder,
      TextDecoder,
      setTimeout: undefined,
    });
    runInContext(text, page);
    Object.assign(page, {
      setTimeout,
      clearTimeout,
      fetch: async (url: string) => {
        calls.push(url);
        return new Response('{"id":"ann"}');
      },
    });
    const profile = await runInContext(`app.createApi({ url: 'https://x.example', token: 't' }).me.get()`, page);
    expect(profile).toEqual({ id: 'ann' });
    expect(calls).toEqual(['https://x.example/api/v1/me']);
  });
});
