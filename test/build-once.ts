import { build } from "../scripts/build.mjs";

/** The end-to-end tests run `dist/cli.js`, as a user does. */
export async function setup(): Promise<void> {
  await build();
}
