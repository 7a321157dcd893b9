-- A database that was restored from a backup has another past than the gateways know: what happened after the backup is
-- undone, and the sequence repeats its versions. Redis remembers the last change that was relayed; a database that lacks
-- it was restored, and begins a new epoch.

-- Names a change whatever numbers are repeated.
-- AlterTable
ALTER TABLE "outbox" ADD COLUMN "token" UUID NOT NULL DEFAULT gen_random_uuid();

-- CreateTable
CREATE TABLE "database_epoch" (
    "id" INTEGER NOT NULL,
    "epoch" UUID NOT NULL,
    "began" BIGINT NOT NULL,
    "is_announced" BOOLEAN NOT NULL,
    "relayed" UUID,
    "relays" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "database_epoch_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "database_epoch_one_row" CHECK ("id" = 1)
);

INSERT INTO "database_epoch" ("id", "epoch", "began", "is_announced") VALUES (1, gen_random_uuid(), 0, true);
