/**
 * A worker as its own process: `node worker-process.ts DATABASE NUMBER_OF_TASKS` works through T1, T2 … and prints the id
 * of each task when the store has said that it is settled.
 */
import { systemClock } from "../../src/io/clock.ts";
import { workerId } from "../../src/io/worker-id.ts";
import { sqliteStore } from "../../src/store/sqlite.ts";
import { aTask, started } from "../contract/store.ts";

const [path = "", count = "0"] = process.argv.slice(2);
const { queue, events, close } = sqliteStore({ path, clock: systemClock });

await queue.sync(Array.from({ length: Number(count) }, (_, index) => aTask(`T${index + 1}`)));
for (;;) {
  const lease = await queue.lease(workerId(), 60_000);
  if (lease === undefined) break;
  await events.append(lease, [started(1)], { durable: true });
  const settlement = { status: "completed", attempts: 1, result: { BY: workerId() } } as const;
  await queue.settle(lease, settlement, [{ type: "task.settled", status: "COMPLETE", attempts: 1 }]);
  process.stdout.write(`${lease.taskId}\n`);
}
await close();
