/** What tests share that need a running system; tests that need none import the subpaths of the package. */
export * from './crowd/make-crowd.ts';
export * from './crowd/play-crowd.ts';
export * from './stack/api-client.ts';
export * from './stack/background-app.ts';
export * from './stack/deployment.ts';
export * from './stack/nearby-client.ts';
export * from './stack/system.ts';
export * from './stack/use-deployment.ts';
export * from './stack/use-proxied-deployment.ts';
export * from './stack/use-shared-system.ts';
