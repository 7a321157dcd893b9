import { describe, expect, it } from '@jest/globals';
import { MutableObservable } from './observable.ts';

describe('an observable', () => {
  it('notifies of every change, not of the current or an equal value', () => {
    const observable = new MutableObservable(1);
    const heard: number[] = [];
    observable.subscribe((value) => heard.push(value));
    for (const value of [1, 2, 2, 3]) observable.set(value);
    expect(heard).toEqual([2, 3]);
    expect(observable.value).toBe(3);
  });

  it('accepts the same listener twice and removes each subscription once', () => {
    const observable = new MutableObservable(0);
    let heard = 0;
    const listener = () => heard++;
    const [first, second] = [observable.subscribe(listener), observable.subscribe(listener)];
    observable.set(1);
    first();
    first();
    observable.set(2);
    second();
    observable.set(3);
    expect(heard).toBe(3);
  });

  it('does not notify a listener that was removed during the notification', () => {
    const observable = new MutableObservable(0);
    const heard: string[] = [];
    observable.subscribe(() => {
      heard.push('first');
      unsubscribe();
    });
    const unsubscribe = observable.subscribe(() => heard.push('second'));
    observable.set(1);
    expect(heard).toEqual(['first']);
  });

  it('has a subscribe function that does not depend on this', () => {
    const observable = new MutableObservable(0);
    const { subscribe } = observable;
    let heard = 0;
    subscribe((value) => {
      heard = value;
    });
    observable.set(5);
    expect(heard).toBe(5);
  });
});
