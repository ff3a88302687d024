/** Wall clock for records, monotonic for time-outs; both in milliseconds. */
export interface Clock {
  now(): number;
  monotonic(): number;
}
