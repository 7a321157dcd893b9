-- Invites: the holder of a code becomes a friend of the user who created it. Of the code only its hash is kept.
-- CreateTable
CREATE TABLE "invites" (
    "id" TEXT COLLATE "C" NOT NULL,
    "user_id" TEXT COLLATE "C" NOT NULL,
    "code_hash" BYTEA NOT NULL,
    "is_reusable" BOOLEAN NOT NULL,
    "times_used" INTEGER NOT NULL DEFAULT 0,
    "precision" "precision_grant" NOT NULL DEFAULT 'exact',
    "until" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "invites_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "invites_id_form" CHECK ("id" ~ '^[A-Za-z0-9_-]{16}$'),
    CONSTRAINT "invites_code_hash_length" CHECK (length("code_hash") = 32)
);

-- CreateIndex
CREATE UNIQUE INDEX "invites_code_hash_key" ON "invites"("code_hash");

-- CreateIndex
CREATE INDEX "invites_user_id_idx" ON "invites"("user_id");

-- AddForeignKey
ALTER TABLE "invites" ADD CONSTRAINT "invites_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE RESTRICT;
