/** Looks on while instances ask each other: what an operator sees of the bus. */
import { asCodedError } from '@nearby-friends/protocol';
import type { Counter, LabelledHistogram, Metrics } from '@nearby-friends/service-kit';

export class BusObserver {
  readonly #questionSeconds: LabelledHistogram;
  readonly #questionsFailed: Counter<'method' | 'code'>;
  readonly #questionsRepeated: Counter<'method'>;
  readonly #answerSeconds: LabelledHistogram;

  constructor({ metrics }: { metrics: Metrics }) {
    this.#questionSeconds = metrics.latencyBy(
      'bus_question_seconds',
      'Time from a question to another service until its answer, other instances tried included, by method, s.',
      'method',
    );
    this.#questionsFailed = metrics.counter(
      'bus_questions_failed_total',
      'Questions that were refused or not answered, by method and code.',
      ['method', 'code'],
    );
    this.#questionsRepeated = metrics.counter(
      'bus_questions_repeated_total',
      'Questions that were asked again since an instance did not answer, by method.',
      ['method'],
    );
    this.#answerSeconds = metrics.latencyBy(
      'bus_answer_seconds',
      'Time from receiving a question until Redis has taken the answer, by method, s.',
      'method',
    );
  }

  async asking<T>(method: string, ask: () => Promise<T>): Promise<T> {
    const stopTimer = this.#questionSeconds.of(method).startTimer();
    try {
      return await ask();
    } catch (error) {
      this.#questionsFailed.inc({ method, code: asCodedError(error).code });
      throw error;
    } finally {
      stopTimer();
    }
  }

  askingAgain(method: string): void {
    this.#questionsRepeated.inc({ method });
  }

  /** `method` is to be one of those that are served here: a metric must not get a new series for whatever is asked. */
  async answering<T>(method: string, answer: () => Promise<T>): Promise<T> {
    const stopTimer = this.#answerSeconds.of(method).startTimer();
    try {
      return await answer();
    } finally {
      stopTimer();
    }
  }
}
