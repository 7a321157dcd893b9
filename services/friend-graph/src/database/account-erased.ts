/** The error for whatever an erased account is asked to do: it is final, and no retry brings the account back. */
import { CodedError } from '@nearby-friends/protocol';

export function accountErased(): CodedError {
  return new CodedError('account_erased', 'This account has been erased. Sign up again to use the service.');
}
