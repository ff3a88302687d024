/** Where a server and its traces are. */
export interface ServerPlace {
  /** The model's name in ralph.yaml. */
  readonly name: string;
  /** Base address, `/v1` included. */
  readonly url: string;
  /** Absolute paths. */
  readonly logFile: string;
  readonly stateFile: string;
}

export interface ModelServer extends ServerPlace {
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** The command as a person reads it; without secrets. */
  readonly shown: string;
}
