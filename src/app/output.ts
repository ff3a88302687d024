/** Where a command writes. Tests hand in their own. */
export interface Output {
  write(text: string): void;
  writeError(text: string): void;
  /** Whether a person watches standard output. */
  readonly isTerminal: boolean;
}
