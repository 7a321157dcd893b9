/** Copies what a field shows, or leaves it selected so that the user can copy it. */

/** The field stays selected in any case. Rejects where there is no clipboard, which is so on a page without HTTPS, and where the browser refuses. */
export async function copyText(field: HTMLInputElement | null): Promise<void> {
  if (field === null) return;
  field.select();
  await navigator.clipboard.writeText(field.value);
}
