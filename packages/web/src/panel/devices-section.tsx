/** The section for registered devices, read when it is opened and when the connection returns. */
import { useEffect, useMemo } from 'preact/hooks';
import { RegisteredDevices } from '../me/registered-devices.ts';
import type { SignedIn } from '../session/session.ts';
import { texts } from '../texts/language.ts';
import { problemText } from '../texts/problem-text.ts';
import type { ActionRunner } from './action-runner.ts';
import { DeviceForm } from './device-form.tsx';
import { DeviceList } from './device-list.tsx';

interface DevicesSectionProps {
  readonly signedIn: Pick<SignedIn, 'connection' | 'status' | 'userId'>;
  readonly actions: ActionRunner;
}

export function DevicesSection({ signedIn, actions }: DevicesSectionProps) {
  const { connection, status, userId } = signedIn;
  const devices = useMemo(() => new RegisteredDevices({ api: connection.api.devices }), [connection]);
  useEffect(() => {
    void devices.reload();
    return status.subscribe(({ kind }) => {
      if (kind === 'online') void devices.reload();
    });
  }, [devices, status]);
  const text = texts.value;
  const problem = devices.problem.value;
  return (
    <section class="devices" aria-labelledby="devices-heading">
      <h2 id="devices-heading">{text.devicesHeading}</h2>
      <p class="small">{text.devicesHint}</p>
      {problem && (
        <p class="problem" role="alert">
          {problemText(problem, text)}
        </p>
      )}
      <DeviceList devices={devices} actions={actions} />
      <DeviceForm devices={devices} userId={userId} actions={actions} />
    </section>
  );
}
