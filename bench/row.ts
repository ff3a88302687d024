/** One line of a benchmark's answer. */
export interface Row {
  readonly name: string;
  /** ralph / the yardstick, median of paired runs. */
  readonly ratio: number;
  /** In words, with the yardstick. */
  readonly goal: string;
}
