-- Devices that a user has registered: apps report positions with the secret of one. Of the secret only its hash is kept.
-- CreateTable
CREATE TABLE "devices" (
    "id" TEXT COLLATE "C" NOT NULL,
    "user_id" TEXT COLLATE "C" NOT NULL,
    "name" TEXT NOT NULL,
    "kind" TEXT,
    "secret_hash" BYTEA NOT NULL,
    "stays_visible_seconds" INTEGER NOT NULL DEFAULT 600,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_seen_at" TIMESTAMPTZ(3),

    CONSTRAINT "devices_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "devices_id_form" CHECK ("id" ~ '^[A-Za-z0-9_-]{16}$'),
    CONSTRAINT "devices_name_length" CHECK (length("name") BETWEEN 1 AND 64),
    CONSTRAINT "devices_secret_hash_length" CHECK (length("secret_hash") = 32),
    CONSTRAINT "devices_stays_visible_bounds" CHECK ("stays_visible_seconds" BETWEEN 600 AND 3600)
);

-- CreateIndex
CREATE UNIQUE INDEX "devices_secret_hash_key" ON "devices"("secret_hash");

-- CreateIndex
CREATE INDEX "devices_user_id_idx" ON "devices"("user_id");

-- AddForeignKey
ALTER TABLE "devices" ADD CONSTRAINT "devices_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE RESTRICT;
