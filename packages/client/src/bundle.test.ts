/** Checks that a browser bundle of this package contains only what the app uses, and nothing of Node. */
import { createContext, runInContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { build, type Metafile } from 'esbuild';

interface Bundle {
  readonly text: string;
  readonly inputs: Metafile['inputs'];
}

/** Bundles the code for a browser. Tree-shaken files are not among the inputs. */
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
  it('contains nothing of Socket.IO or the live connection when only the HTTP API is used', async () => {
    const api = await bundle(`export { createApi } from './index.ts'`);
    expect(packagesIn(api)).toEqual([]);
    expect(Object.keys(api.inputs).filter((path) => /\/connection\/|connect\.ts|react/.test(path))).toEqual([]);
    expect(api.text).not.toContain('socket.io');
    expect(api.text.length).toBeLessThan(12_000);
  });

  it('contains the Socket.IO client with its dependencies and no React when everything is used', async () => {
    const all = await bundle(`export * from './index.ts'`);
    expect(packagesIn(all)).toEqual([
      '@socket.io/component-emitter',
      'engine.io-client',
      'engine.io-parser',
      'socket.io-client',
      'socket.io-parser',
    ]);
  });

  it('contains React and no Socket.IO when only the hooks are used', async () => {
    const hooks = await bundle(`export * from './react.ts'`, ['react']);
    expect(packagesIn(hooks)).toEqual([]);
    expect(hooks.text).toContain('react');
  });

  it('has no side effects on load and works without Node globals', async () => {
    const { text } = await bundle(`export { connect, createApi, NearbyError } from './index.ts'`);
    const calls: string[] = [];
    // A minimal browser context. Even timers are missing while the bundle loads.
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
