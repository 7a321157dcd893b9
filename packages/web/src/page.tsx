/** Which of the two pages is shown, and what is read aloud on both. */
import type { Announcer } from './announce/announcer.ts';
import { NearbyPage } from './nearby-page.tsx';
import type { Session } from './session/session.ts';
import type { PageConfig } from './settings/page-config.ts';
import { SignInPage } from './sign-in/sign-in-page.tsx';

export function Page({ session, config }: { readonly session: Session; readonly config: PageConfig }) {
  const state = session.state.value;
  return (
    <>
      {state.kind === 'signed-in' ? (
        <NearbyPage key={state.userId} session={session} signedIn={state} config={config} />
      ) : (
        <SignInPage
          session={session}
          isBusy={state.kind === 'signing-in'}
          problem={state.kind === 'signed-out' ? state.problem : undefined}
        />
      )}
      <LiveRegions announcer={session.announcer} />
    </>
  );
}

/** Always there: a region that appears with its text is not read. What was done is also shown for a moment. */
function LiveRegions({ announcer }: { readonly announcer: Announcer }) {
  return (
    <>
      <div class="visually-hidden" role="log" aria-live="polite" aria-atomic="true" data-live="nearby">
        {announcer.text.value}
      </div>
      <div class="said" role="status" data-live="said">
        {announcer.said.value !== '' && (
          <p key={announcer.said.value} class="toast">
            {announcer.said.value}
          </p>
        )}
      </div>
    </>
  );
}
