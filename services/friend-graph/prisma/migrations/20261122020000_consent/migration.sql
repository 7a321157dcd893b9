-- Requests, blocks, pausing, signing out, and the outbox through which every change reaches the gateways.

-- Of two statements about the same edge, pause or radius the one with the higher version is the newer. A version is taken
-- while the rows concerned are locked, so that versions of one thing grow in the order of the commits.
-- CreateSequence (Prisma has no word for it)
CREATE SEQUENCE "graph_version" AS BIGINT;

-- AlterTable
ALTER TABLE "users" ADD COLUMN "radius_version" BIGINT NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "edges" ADD COLUMN "version" BIGINT NOT NULL DEFAULT 0;

-- What a gateway asks for now holds the version, and must still be read from the indexes alone (G1).
-- DropIndex
DROP INDEX "edges_viewer_id_subject_id_precision_until_idx";

-- DropIndex
DROP INDEX "edges_subject_id_viewer_id_precision_until_idx";

-- CreateIndex
CREATE INDEX "edges_viewer_id_subject_id_precision_until_version_idx" ON "edges"("viewer_id", "subject_id", "precision", "until", "version");

-- CreateIndex
CREATE INDEX "edges_subject_id_viewer_id_precision_until_version_idx" ON "edges"("subject_id", "viewer_id", "precision", "until", "version");

-- A request may name an id that nobody has: no foreign key there, so that asking tells nothing about who exists.
-- CreateTable
CREATE TABLE "friend_requests" (
    "from_id" TEXT COLLATE "C" NOT NULL,
    "to_id" TEXT COLLATE "C" NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "suppressed" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "friend_requests_pkey" PRIMARY KEY ("from_id","to_id"),
    CONSTRAINT "friend_requests_not_to_oneself" CHECK ("from_id" <> "to_id"),
    CONSTRAINT "friend_requests_to_id_form" CHECK ("to_id" ~ '^[A-Za-z0-9_-]{1,64}$')
);

-- CreateTable
CREATE TABLE "blocks" (
    "user_id" TEXT COLLATE "C" NOT NULL,
    "blocked_id" TEXT COLLATE "C" NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "blocks_pkey" PRIMARY KEY ("user_id","blocked_id"),
    CONSTRAINT "blocks_not_oneself" CHECK ("user_id" <> "blocked_id"),
    CONSTRAINT "blocks_blocked_id_form" CHECK ("blocked_id" ~ '^[A-Za-z0-9_-]{1,64}$')
);

-- A table of its own rather than columns of users: few ever pause, so few rows are read with every list of friends.
-- CreateTable
CREATE TABLE "sharing" (
    "user_id" TEXT COLLATE "C" NOT NULL,
    "paused" BOOLEAN NOT NULL,
    "until" TIMESTAMPTZ(3),
    "version" BIGINT NOT NULL,

    CONSTRAINT "sharing_pkey" PRIMARY KEY ("user_id")
);

-- SHA-256 of the id: the row must outlive the account without keeping its name.
-- CreateTable
CREATE TABLE "token_revocations" (
    "user_hash" BYTEA NOT NULL,
    "before" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "token_revocations_pkey" PRIMARY KEY ("user_hash")
);

-- CreateTable
CREATE TABLE "outbox" (
    "id" BIGSERIAL NOT NULL,
    "event" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "friend_requests_to_id_created_at_idx" ON "friend_requests"("to_id", "created_at");

-- CreateIndex
CREATE INDEX "blocks_blocked_id_idx" ON "blocks"("blocked_id");

-- CreateIndex
CREATE INDEX "token_revocations_before_idx" ON "token_revocations"("before");

-- AddForeignKey
ALTER TABLE "friend_requests" ADD CONSTRAINT "friend_requests_from_id_fkey" FOREIGN KEY ("from_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "blocks" ADD CONSTRAINT "blocks_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "sharing" ADD CONSTRAINT "sharing_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE RESTRICT;
