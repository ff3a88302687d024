/** Renews a lease while its task is worked on, and ends the work when the lease is lost. */
import { isRalphError } from "../core/error.ts";
import type { Lease } from "../core/store.ts";
import type { World } from "./world.ts";

export interface LeaseKeeper {
  /** Aborted with the run, or when somebody else has the task. */
  readonly signal: AbortSignal;
  stop(): void;
}

export function keepLease({ store, limits }: World, lease: Lease, signal: AbortSignal): LeaseKeeper {
  const lost = new AbortController();
  const renew = (): void => {
    store.queue.renew(lease, limits.leaseMs).catch((error: unknown) => {
      // Any other failure is met again, and told, at the task's next write.
      if (isRalphError(error, "LEASE_LOST")) lost.abort(error);
    });
  };
  const timer = setInterval(renew, limits.leaseMs / 3);
  timer.unref();
  return { signal: AbortSignal.any([signal, lost.signal]), stop: () => clearInterval(timer) };
}
