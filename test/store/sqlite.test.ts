import { sqliteStore } from "../../src/store/sqlite.ts";
import { storeContract } from "../contract/store.ts";
import { temporaryFolder } from "./temporary-folder.ts";

storeContract("sqlite", async (clock) => sqliteStore({ path: `${temporaryFolder()}/.ralph/ralph.db`, clock }));
