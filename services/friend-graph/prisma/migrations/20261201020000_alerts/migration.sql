-- Alerts by Web Push: what a user has chosen, where the messages go, and friend requests of which a user is to be alerted.
-- CreateTable
CREATE TABLE "alert_settings" (
    "user_id" TEXT COLLATE "C" NOT NULL,
    "is_on" BOOLEAN NOT NULL DEFAULT false,
    "radius_meters" DOUBLE PRECISION NOT NULL DEFAULT 1000,
    "quiet_from" TEXT,
    "quiet_to" TEXT,
    "quiet_zone" TEXT,

    CONSTRAINT "alert_settings_pkey" PRIMARY KEY ("user_id"),
    CONSTRAINT "alert_settings_radius_bounds" CHECK ("radius_meters" BETWEEN 100 AND 5000),
    CONSTRAINT "alert_settings_quiet_whole" CHECK (num_nonnulls("quiet_from", "quiet_to", "quiet_zone") IN (0, 3))
);

-- CreateIndex (partial, which Prisma has no word for)
CREATE INDEX "alert_settings_on_idx" ON "alert_settings"("user_id") WHERE "is_on";

-- AddForeignKey
ALTER TABLE "alert_settings" ADD CONSTRAINT "alert_settings_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE RESTRICT;

-- CreateTable
CREATE TABLE "alert_mutes" (
    "user_id" TEXT COLLATE "C" NOT NULL,
    "friend_id" TEXT COLLATE "C" NOT NULL,
    "until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "alert_mutes_pkey" PRIMARY KEY ("user_id", "friend_id")
);

-- AddForeignKey: a mute ends with the friendship.
ALTER TABLE "alert_mutes" ADD CONSTRAINT "alert_mutes_user_id_friend_id_fkey" FOREIGN KEY ("user_id", "friend_id") REFERENCES "edges"("viewer_id", "subject_id") ON DELETE CASCADE ON UPDATE RESTRICT;

-- CreateTable
CREATE TABLE "push_subscriptions" (
    "id" TEXT COLLATE "C" NOT NULL,
    "user_id" TEXT COLLATE "C" NOT NULL,
    "endpoint" TEXT NOT NULL,
    "p256dh" TEXT NOT NULL,
    "auth" TEXT NOT NULL,
    "language" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "renewed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "push_subscriptions_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "push_subscriptions_id_form" CHECK ("id" ~ '^[A-Za-z0-9_-]{43}$'),
    CONSTRAINT "push_subscriptions_endpoint_length" CHECK (length("endpoint") BETWEEN 1 AND 2048)
);

-- CreateIndex
CREATE INDEX "push_subscriptions_user_id_idx" ON "push_subscriptions"("user_id");

-- AddForeignKey
ALTER TABLE "push_subscriptions" ADD CONSTRAINT "push_subscriptions_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE RESTRICT;

-- Without foreign keys: the recipient of a request may not exist, and the request must not be faster or slower for that.
-- CreateTable
CREATE TABLE "alert_notices" (
    "id" BIGSERIAL NOT NULL,
    "kind" TEXT NOT NULL,
    "recipient_id" TEXT COLLATE "C" NOT NULL,
    "about_id" TEXT COLLATE "C" NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "taken_at" TIMESTAMPTZ(3),

    CONSTRAINT "alert_notices_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "alert_notices_kind" CHECK ("kind" IN ('requested', 'accepted'))
);

-- CreateIndex
CREATE UNIQUE INDEX "alert_notices_recipient_id_about_id_kind_key" ON "alert_notices"("recipient_id", "about_id", "kind");

-- CreateIndex
CREATE INDEX "alert_notices_about_id_idx" ON "alert_notices"("about_id");

-- CreateIndex
CREATE INDEX "alert_notices_created_at_idx" ON "alert_notices"("created_at");
