/** What a viewer may see of a subject at a moment, for services that keep no rights and read them each time. */
export * from './rights-watch.ts';
export * from './visible-position.ts';
