/** The map with its overlay, keyboard control and buttons. */
import { effect, useComputed, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { placeAt } from '../geometry/place-at.ts';
import type { RadiusChoice } from '../nearby/radius-choice.ts';
import { MAX_RADIUS_METERS, MIN_RADIUS_METERS } from '../nearby/radius-choice.ts';
import type { SignedIn } from '../session/session.ts';
import type { PageConfig } from '../settings/page-config.ts';
import { language, texts } from '../texts/language.ts';
import { distanceText } from '../texts/measures.ts';
import { Icon } from '../ui/icon.tsx';
import { theme } from '../ui/theme.ts';
import { FriendChooser } from './friend-chooser.tsx';
import { MapControls } from './map-controls.tsx';
import { type OpenMap, openMap } from './open-map.ts';
import { radiusFactorOf, stepOf } from './walk-keys.ts';

interface MapViewProps {
  readonly signedIn: SignedIn;
  readonly radius: RadiusChoice;
  readonly config: PageConfig;
}

export function MapView({ signedIn, radius, config }: MapViewProps) {
  const { me, nearby, people } = signedIn;
  const frame = useRef<HTMLDivElement>(null);
  const container = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const meButton = useRef<HTMLButtonElement>(null);
  const radiusHandle = useRef<HTMLDivElement>(null);
  const open = useSignal<OpenMap | null>(null);
  const choice = useSignal<readonly string[]>([]);
  const isBeyond = useSignal(false);
  const hasFailed = useSignal(false);
  const hasWalked = useSignal(false);
  const isWalking = useComputed(() => me.source.value === 'walking');

  useEffect(() => {
    const [box, into, over] = [frame.current, container.current, canvas.current];
    const [mine, handle] = [meButton.current, radiusHandle.current];
    if (!box || !into || !over || !mine || !handle) return;
    let isUnmounted = false;
    let opened: OpenMap | undefined;
    // Loads MapLibre lazily, because it is larger than the rest of the page.
    import('./start-map.ts')
      .then((library) => {
        if (isUnmounted) return;
        opened = openMap({
          library,
          config,
          frame: box,
          container: into,
          canvas: over,
          meButton: mine,
          radiusHandle: handle,
          title: texts.value.map,
          choice,
          isBeyond,
          me,
          nearby,
          radius,
          nameOf: (id) => people.nameOf(id),
          labelOf: (id) => people.labelOf(id),
          onWalk: () => {
            hasWalked.value = true;
          },
        });
        open.value = opened;
      })
      .catch(() => {
        hasFailed.value = true;
      });
    return () => {
      isUnmounted = true;
      opened?.close();
    };
  }, [signedIn]);

  useEffect(() => effect(() => open.value?.setTheme(theme.value)), []);

  const walk = (event: KeyboardEvent): void => {
    const step = stepOf(event);
    if (step === undefined || me.place.value === null) return;
    event.preventDefault();
    if (isWalking.value) {
      hasWalked.value = true;
      me.step(step.bearing, step.meters);
      open.value?.keepVisible(placeAt(me.place.value, step.bearing, step.meters));
    } else open.value?.pan(step.bearing);
  };
  const changeRadius = (event: KeyboardEvent): void => {
    const factor = radiusFactorOf(event);
    if (factor === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    radius.change(radius.meters.value * factor);
  };

  const text = texts.value;
  const hasTouch = matchMedia('(pointer: coarse)').matches;
  return (
    <div class="map" ref={frame}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the keys are for the MapLibre canvas inside, which takes the focus */}
      <div class="map-library" ref={container} onKeyDown={walk} />
      {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: a canvas without a tabindex takes no focus, and the list has the same content */}
      <canvas class="map-overlay" ref={canvas} aria-hidden="true" />
      <button
        type="button"
        class={isWalking.value ? 'me me-walking' : 'me'}
        ref={meButton}
        hidden
        aria-label={isWalking.value ? text.meHandle : text.me}
        onKeyDown={walk}
      />
      <div
        class="radius-handle"
        ref={radiusHandle}
        hidden
        role="slider"
        tabIndex={0}
        aria-label={text.radiusHandle}
        aria-valuemin={MIN_RADIUS_METERS}
        aria-valuemax={MAX_RADIUS_METERS}
        aria-valuenow={Math.round(radius.meters.value)}
        aria-valuetext={distanceText(radius.meters.value, language.value)}
        onKeyDown={changeRadius}
      >
        <span class="radius-handle-text" aria-hidden="true">
          {distanceText(radius.meters.value, language.value)}
        </span>
      </div>
      {hasFailed.value && <p class="map-failed">{text.noMap}</p>}
      {isWalking.value && !hasWalked.value && !hasFailed.value && (
        <p class="walk-hint">
          <Icon name="walk" />
          <span>{hasTouch ? text.walkHintTouch : text.walkHint}</span>
          <button
            type="button"
            class="dismiss"
            aria-label={text.dismiss}
            onClick={() => {
              hasWalked.value = true;
            }}
          >
            <Icon name="close" />
          </button>
        </p>
      )}
      {isBeyond.value && <p class="map-note">{text.noDetail}</p>}
      <FriendChooser signedIn={signedIn} choice={choice} />
      <MapControls me={me} open={open.value} />
    </div>
  );
}
