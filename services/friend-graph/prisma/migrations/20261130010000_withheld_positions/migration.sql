-- Until when positions were withheld, so that they stay so after a restriction has ended. Times are ms since the epoch on
-- Redis' clock, which stamps positions.

-- A pause belongs to all viewers of a subject.
-- AlterTable
ALTER TABLE "sharing" ADD COLUMN "shown_from" BIGINT NOT NULL DEFAULT 0;

-- A table of its own rather than columns of edges: it must outlive the edge of two people who end their friendship, and
-- the block of two who make up. Few have a row, and it is deleted once no position is that old. No foreign keys: a block
-- may name an id that nobody has.
-- CreateTable
CREATE TABLE "withholdings" (
    "viewer_id" TEXT COLLATE "C" NOT NULL,
    "subject_id" TEXT COLLATE "C" NOT NULL,
    "shown_from" BIGINT NOT NULL,
    "exact_from" BIGINT NOT NULL,

    CONSTRAINT "withholdings_pkey" PRIMARY KEY ("viewer_id","subject_id"),
    CONSTRAINT "withholdings_order" CHECK ("shown_from" <= "exact_from")
);

-- CreateIndex
CREATE INDEX "withholdings_subject_id_idx" ON "withholdings"("subject_id");

-- CreateIndex
CREATE INDEX "withholdings_exact_from_idx" ON "withholdings"("exact_from");
