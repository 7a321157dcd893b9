/** Shows the sign-in page or the nearby page, and the live regions for screen readers. */
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

/** Always rendered, because screen readers ignore a live region that appears together with its text. */
function LiveRegions({ announcer }: { readonly announcer: Announcer }) {
  return (
    <>
      <div class="visually-hidden" role="log" aria-live="polite" aria-atomic="true" data-live="nearby">
        {announcer.announcement.value}
      </div>
      <div class="status-message" role="status" data-live="status-message">
        {announcer.statusMessage.value !== '' && (
          <p key={announcer.statusMessage.value} class="toast">
            {announcer.statusMessage.value}
          </p>
        )}
      </div>
    </>
  );
}
