/** Tells the Prisma CLI where schema, migrations and database are. */
import { defineConfig } from 'prisma/config';

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  // Not env(): that throws when the variable is missing, and `generate` needs no database.
  datasource: { url: process.env['DATABASE_URL'] ?? '' },
});
