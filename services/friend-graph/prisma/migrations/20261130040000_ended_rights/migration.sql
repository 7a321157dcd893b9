-- Users' devices are told when a grant or a pause ends by itself. Few have an end, so the indexes hold only those; Prisma
-- does not know such indexes.
CREATE INDEX "edges_until_idx" ON "edges"("until") WHERE "until" IS NOT NULL;
CREATE INDEX "sharing_until_idx" ON "sharing"("until") WHERE "until" IS NOT NULL;

-- Until when ends have been looked for, by whichever replica.
-- CreateTable
CREATE TABLE "ended_rights_look" (
    "id" INTEGER NOT NULL,
    "looked_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "ended_rights_look_pkey" PRIMARY KEY ("id")
);
INSERT INTO "ended_rights_look" ("id", "looked_at") VALUES (1, CURRENT_TIMESTAMP);
