/** The page of a signed-in user: the map and the panel. */
import { useEffect, useMemo } from 'preact/hooks';
import { ConnectionNote } from './connection-note.tsx';
import { MapView } from './map/map-view.tsx';
import { onReturn } from './me/on-return.ts';
import { RadiusChoice } from './nearby/radius-choice.ts';
import { tellViewing } from './nearby/tell-viewing.ts';
import { Panel } from './panel/panel.tsx';
import type { Session, SignedIn } from './session/session.ts';
import type { PageConfig } from './settings/page-config.ts';
import { texts } from './texts/language.ts';
import { problemText } from './texts/problem-text.ts';

interface NearbyPageProps {
  readonly session: Session;
  readonly signedIn: SignedIn;
  readonly config: PageConfig;
}

export function NearbyPage({ session, signedIn, config }: NearbyPageProps) {
  const { announcer } = session;
  const radius = useMemo(
    () =>
      new RadiusChoice({
        connection: signedIn.connection,
        onProblem: (error) => announcer.say(problemText(error, texts.value)),
      }),
    [signedIn],
  );
  useEffect(() => tellViewing(signedIn.connection), [signedIn]);
  useEffect(
    () =>
      onReturn(() => {
        if (signedIn.me.source.value !== 'none') announcer.say(texts.value.wasHidden);
      }),
    [signedIn],
  );
  return (
    <main class="nearby-page">
      <MapView signedIn={signedIn} radius={radius} config={config} />
      <Panel session={session} signedIn={signedIn} radius={radius} announcer={announcer} />
      <ConnectionNote signedIn={signedIn} />
    </main>
  );
}
