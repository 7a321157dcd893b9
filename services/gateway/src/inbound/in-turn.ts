/** Runs the asynchronous operations on one subject one after the other, and of those that wait only the newest. */

interface Turn<Value> {
  readonly running: Promise<void>;
  /** What follows the operation in progress. */
  next: { value: Value; readonly done: Promise<void> } | null;
}

/**
 * `act`, but for each `subject` only when its previous call has settled, with or without success. A newer value takes the
 * place of one that waits, and both get the result of the newer: a subject has at most one call in progress and one that
 * waits. Nothing is kept of a subject without a pending call.
 */
export function inTurn<Subject, Value>(
  act: (subject: Subject, value: Value) => Promise<void>,
): (subject: Subject, value: Value) => Promise<void> {
  const turns = new Map<Subject, Turn<Value>>();

  function start(subject: Subject, value: Value): Promise<void> {
    const turn: Turn<Value> = { running: act(subject, value), next: null };
    turns.set(subject, turn);
    const end = () => {
      if (turn.next === null) turns.delete(subject);
    };
    turn.running.then(end, end);
    return turn.running;
  }

  return (subject, value) => {
    const turn = turns.get(subject);
    if (!turn) return start(subject, value);
    if (turn.next) {
      turn.next.value = value;
      return turn.next.done;
    }
    const startNext = (): Promise<void> => start(subject, next.value);
    const next = { value, done: turn.running.then(startNext, startNext) };
    turn.next = next;
    return next.done;
  };
}
