/** What tests of several packages share; only tests import it. */
export * from './eventually.ts';
export * from './postgres-database.ts';
