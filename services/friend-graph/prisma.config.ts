/** Configuration of the Prisma CLI: schema, migrations and database. */
import { defineConfig } from 'prisma/config';

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  // Not env(), which throws without the variable: `generate` needs no database.
  datasource: { url: process.env['DATABASE_URL'] ?? '' },
});
