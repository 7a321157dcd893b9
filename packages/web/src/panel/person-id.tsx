/** The id beside a name that does not tell who it is. */
import { texts } from '../texts/language.ts';

export function PersonId({ id }: { readonly id: string }) {
  return <span class="person-id">{texts.value.idIs(id)}</span>;
}
