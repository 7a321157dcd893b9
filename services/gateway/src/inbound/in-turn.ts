/** Runs the asynchronous operations on one subject in the order in which they were requested. */

/**
 * `act`, but for each `subject` only when its previous call has settled, with or without success. Nothing is kept of a
 * subject without a pending call.
 */
export function inTurn<Subject extends object, Value>(
  act: (subject: Subject, value: Value) => Promise<void>,
): (subject: Subject, value: Value) => Promise<void> {
  const last = new WeakMap<Subject, Promise<void>>();
  return (subject, value) => {
    const before = last.get(subject) ?? Promise.resolve();
    const mine = before.then(
      () => act(subject, value),
      () => act(subject, value),
    );
    last.set(subject, mine);
    return mine;
  };
}
