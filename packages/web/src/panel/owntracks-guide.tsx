/** How to set OwnTracks up on a phone: the values first, since the app has links switched off by default, then a link and a code. */
import { type OwnTracksSetup, owntracksLink } from '../me/owntracks-setup.ts';
import { texts } from '../texts/language.ts';
import { QrCode } from '../ui/qr-code.tsx';

export function OwnTracksGuide(setup: OwnTracksSetup) {
  const text = texts.value;
  const values: readonly [name: string, value: string][] = [
    [text.owntracksMode, 'HTTP'],
    [text.owntracksAddress, setup.url],
    [text.owntracksUser, setup.userId],
    [text.owntracksPassword, text.owntracksPasswordIs],
  ];
  return (
    <details>
      <summary>{text.owntracksHeading}</summary>
      <p class="small">{text.owntracksHint}</p>
      <dl class="values">
        {values.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p class="small">{text.owntracksLinkHint}</p>
      <a class="button" href={owntracksLink(setup)}>
        {text.owntracksLink}
      </a>
      <QrCode text={owntracksLink(setup)} label={text.owntracksCode} />
      <p class="small">{text.owntracksPins}</p>
    </details>
  );
}
