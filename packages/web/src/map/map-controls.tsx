/** The buttons at the edge of the map. */

import type { OwnPosition } from '../me/own-position.ts';
import { texts } from '../texts/language.ts';
import { Icon, type IconName } from '../ui/icon.tsx';
import type { OpenMap } from './open-map.ts';

export function MapControls({ me, open }: { readonly me: OwnPosition; readonly open: OpenMap | null }) {
  const text = texts.value;
  const source = me.source.value;
  return (
    <div class="map-controls">
      <div class="map-buttons">
        <MapButton icon="plus" label={text.zoomIn} onClick={() => open?.zoom(1)} />
        <MapButton icon="minus" label={text.zoomOut} onClick={() => open?.zoom(-1)} />
      </div>
      <div class="map-buttons">
        <MapButton icon="target" label={text.centreOnMe} onClick={() => open?.showRadius()} />
        <MapButton icon="walk" label={text.walk} isOn={source === 'walking'} onClick={() => me.startWalking()} />
        <MapButton
          icon="satellite"
          label={text.useDevice}
          isOn={source === 'device'}
          onClick={() => me.followDevice()}
        />
      </div>
    </div>
  );
}

function MapButton(props: {
  readonly icon: IconName;
  readonly label: string;
  readonly isOn?: boolean;
  readonly onClick: () => void;
}) {
  const { icon, label, isOn, onClick } = props;
  return (
    <button
      type="button"
      class="map-button"
      aria-label={label}
      title={label}
      {...(isOn === undefined ? {} : { 'aria-pressed': isOn })}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}
