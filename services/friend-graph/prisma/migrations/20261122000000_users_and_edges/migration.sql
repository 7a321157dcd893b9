-- Ids are compared byte by byte (COLLATE "C"): the order of a list is the same on every machine, and comparing is cheap.

-- CreateEnum
CREATE TYPE "precision_grant" AS ENUM ('exact', 'approximate', 'hidden');

-- CreateTable
CREATE TABLE "users" (
    "id" TEXT COLLATE "C" NOT NULL,
    "display_name" TEXT NOT NULL,
    "radius_meters" DOUBLE PRECISION NOT NULL DEFAULT 8046.72,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "users_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "users_id_form" CHECK ("id" ~ '^[A-Za-z0-9_-]{1,64}$'),
    CONSTRAINT "users_radius_bounds" CHECK ("radius_meters" BETWEEN 100 AND 100000)
);

-- CreateTable
CREATE TABLE "edges" (
    "viewer_id" TEXT COLLATE "C" NOT NULL,
    "subject_id" TEXT COLLATE "C" NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "precision" "precision_grant" NOT NULL DEFAULT 'exact',
    "until" TIMESTAMPTZ(3),

    CONSTRAINT "edges_pkey" PRIMARY KEY ("viewer_id","subject_id"),
    CONSTRAINT "edges_not_to_oneself" CHECK ("viewer_id" <> "subject_id")
);

-- CreateTable
CREATE TABLE "write_probe" (
    "id" INTEGER NOT NULL,
    "written_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "write_probe_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "edges_subject_id_viewer_id_idx" ON "edges"("subject_id", "viewer_id");

-- AddForeignKey
ALTER TABLE "edges" ADD CONSTRAINT "edges_viewer_id_fkey" FOREIGN KEY ("viewer_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "edges" ADD CONSTRAINT "edges_subject_id_fkey" FOREIGN KEY ("subject_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE RESTRICT;
