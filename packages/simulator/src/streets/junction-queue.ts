/** Hands out junctions, the most promising first: a binary heap without an object for each entry. */

export class JunctionQueue {
  readonly #junctions: number[] = [];
  readonly #costs: number[] = [];

  clear(): void {
    this.#junctions.length = 0;
    this.#costs.length = 0;
  }

  push(junction: number, cost: number): void {
    let place = this.#costs.length;
    this.#junctions.push(junction);
    this.#costs.push(cost);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (this.#costAt(parent) <= cost) break;
      this.#move(parent, place);
      place = parent;
    }
    this.#put(place, junction, cost);
  }

  /** The junction of the least cost; undefined when there is none. */
  pop(): number | undefined {
    const first = this.#junctions[0];
    const junction = this.#junctions.pop();
    const cost = this.#costs.pop();
    if (junction === undefined || cost === undefined || this.#costs.length === 0) return first;
    const { length } = this.#costs;
    let place = 0;
    for (let child = 1; child < length; child = 2 * place + 1) {
      if (child + 1 < length && this.#costAt(child + 1) < this.#costAt(child)) child += 1;
      if (this.#costAt(child) >= cost) break;
      this.#move(child, place);
      place = child;
    }
    this.#put(place, junction, cost);
    return first;
  }

  #costAt(place: number): number {
    return this.#costs[place] ?? Number.POSITIVE_INFINITY;
  }

  #move(from: number, to: number): void {
    this.#put(to, this.#junctions[from] ?? 0, this.#costAt(from));
  }

  #put(place: number, junction: number, cost: number): void {
    this.#junctions[place] = junction;
    this.#costs[place] = cost;
  }
}
