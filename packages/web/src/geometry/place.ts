/** A point on the earth in degrees. */
export interface Place {
  readonly lat: number;
  readonly lng: number;
}
