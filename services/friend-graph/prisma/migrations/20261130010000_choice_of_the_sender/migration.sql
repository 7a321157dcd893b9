-- What the sender of a request grants the recipient from the moment of acceptance on.
-- AlterTable
ALTER TABLE "friend_requests" ADD COLUMN "precision" "precision_grant" NOT NULL DEFAULT 'exact',
ADD COLUMN "until" TIMESTAMPTZ(3);
