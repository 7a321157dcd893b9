-- The revocation of an erased account is its tombstone: until a newer token readmits the user, no call creates it again.
-- AlterTable
ALTER TABLE "token_revocations" ADD COLUMN "erased_before" TIMESTAMPTZ(3),
ADD COLUMN "readmitted" BOOLEAN NOT NULL DEFAULT false;

-- The one place where a user is created by a call. In one round trip, and not as one statement: each statement of a volatile
-- function sees what was committed before it, so the check sees the erasure that the lock has waited for.
-- CreateFunction (Prisma has no word for it)
CREATE FUNCTION "create_user_unless_erased"("new_id" TEXT) RETURNS BOOLEAN LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(hashtextextended(new_id, 0));
  IF EXISTS (
    SELECT FROM token_revocations
    WHERE user_hash = sha256(convert_to(new_id, 'UTF8')) AND erased_before IS NOT NULL AND NOT readmitted
  ) THEN
    RETURN false;
  END IF;
  INSERT INTO users (id, display_name) VALUES (new_id, new_id) ON CONFLICT DO NOTHING;
  RETURN true;
END
$$;
