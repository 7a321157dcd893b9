/** The section for alerts: on this device or not, how near, and quiet hours. Not shown where the deployment sends none. */
import type { AlertSettings } from '@nearby-friends/client';
import { useEffect } from 'preact/hooks';
import { type Alerts, PushRefusedError } from '../me/alerts.ts';
import { language, texts } from '../texts/language.ts';
import { distanceText } from '../texts/measures.ts';
import type { ActionRunner } from './action-runner.ts';

const RADIUS_CHOICES_METERS = [100, 300, 500, 1_000, 2_000, 5_000] as const;
const NIGHT = { from: '22:00', to: '07:00' } as const;

interface AlertsSectionProps {
  readonly alerts: Alerts;
  readonly isOnline: boolean;
  readonly actions: ActionRunner;
}

export function AlertsSection({ alerts, isOnline, actions }: AlertsSectionProps) {
  const settings = alerts.settings.value;
  useEffect(() => {
    // Not there until they could be read.
    if (isOnline && settings === null) alerts.load().catch(() => undefined);
  }, [alerts, isOnline]);
  if (settings === null) return null;
  const text = texts.value;
  const toggle = async (isOn: boolean): Promise<void> => {
    try {
      await (isOn ? alerts.turnOn() : alerts.turnOff());
      const { alertsOn, alertsOff } = texts.value;
      // Forbidden: the sentence below the switch says so.
      if (alerts.isOnHere.value === isOn) actions.say(() => (isOn ? alertsOn : alertsOff));
    } catch (error) {
      if (!(error instanceof PushRefusedError)) throw error;
      actions.say(() => texts.value.alertsRefused);
    }
  };
  const hindrance = {
    ready: null,
    denied: text.alertsDenied,
    'home-screen': text.alertsHomeScreen,
    none: text.alertsNone,
  };
  const sentence = hindrance[alerts.support.value];
  return (
    <section class="devices" aria-labelledby="alerts-heading">
      <h2 id="alerts-heading">{text.alertsHeading}</h2>
      <p class="small">{text.alertsHint}</p>
      <label class="check">
        <input
          type="checkbox"
          checked={alerts.isOnHere.value}
          disabled={sentence !== null}
          onChange={({ currentTarget }) => {
            const isOn = currentTarget.checked;
            void actions
              .attempt(() => toggle(isOn))
              .finally(() => {
                currentTarget.checked = alerts.isOnHere.value;
              });
          }}
        />
        <span>{text.alertsHere}</span>
      </label>
      {sentence !== null && <p class="small">{sentence}</p>}
      {alerts.isOnHere.value && <AlertFields settings={settings} alerts={alerts} actions={actions} />}
    </section>
  );
}

interface AlertFieldsProps extends Pick<AlertsSectionProps, 'alerts' | 'actions'> {
  readonly settings: AlertSettings;
}

function AlertFields({ settings, alerts, actions }: AlertFieldsProps) {
  const { radiusMeters, quiet } = settings;
  const text = texts.value;
  const change = (changed: Parameters<Alerts['change']>[0]): void =>
    void actions.run(
      () => alerts.change(changed),
      () => texts.value.alertsRadiusChanged,
    );
  const setQuiet = (hours: { from?: string; to?: string }): void => {
    const { timeZone: tz } = new Intl.DateTimeFormat().resolvedOptions();
    change({ quiet: { ...NIGHT, ...quiet, ...hours, tz } });
  };
  // Another app may have chosen another radius.
  const choices = [...new Set([...RADIUS_CHOICES_METERS, radiusMeters])].sort((a, b) => a - b);
  return (
    <>
      <label class="field">
        <span>{text.alertsRadius}</span>
        <select
          value={radiusMeters}
          onChange={({ currentTarget }) => change({ radiusMeters: Number(currentTarget.value) })}
        >
          {choices.map((meters) => (
            <option key={meters} value={meters}>
              {distanceText(meters, language.value)}
            </option>
          ))}
        </select>
      </label>
      <label class="check">
        <input
          type="checkbox"
          checked={quiet !== null}
          onChange={({ currentTarget }) => (currentTarget.checked ? setQuiet({}) : change({ quiet: null }))}
        />
        <span>{text.alertsQuietOn}</span>
      </label>
      {quiet && (
        <div class="quiet-hours">
          <label class="field">
            <span>{text.alertsQuiet}</span>
            <input
              type="time"
              value={quiet.from}
              required
              onChange={({ currentTarget }) => setQuiet({ from: currentTarget.value })}
            />
          </label>
          <label class="field">
            <span>{text.alertsQuietTo}</span>
            <input
              type="time"
              value={quiet.to}
              required
              onChange={({ currentTarget }) => setQuiet({ to: currentTarget.value })}
            />
          </label>
        </div>
      )}
    </>
  );
}
