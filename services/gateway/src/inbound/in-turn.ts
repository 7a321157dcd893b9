/** Keeps what one client asks for in the order in which it asked. */

/**
 * `act`, but for each `subject` only when the one before has settled, however it ended. Nothing is kept of a subject
 * that has nothing under way.
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
