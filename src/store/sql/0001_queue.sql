-- The queue and its history, under the names that the execution layer gives them.
-- Times are epoch milliseconds. Rows are never deleted: a task whose file is gone is 'cancelled'.

CREATE TABLE agent_tasks (
  id INTEGER PRIMARY KEY,
  task_key TEXT NOT NULL UNIQUE,           -- the task's id, T001
  task_name TEXT NOT NULL,
  queue TEXT NOT NULL,
  wsjf REAL NOT NULL,
  order_key TEXT NOT NULL,                 -- task_key so written that text order puts T2 before T10
  depends_on TEXT NOT NULL,                -- JSON array of task_key
  path TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('queued', 'leased', 'running', 'awaiting_approval', 'approved',
                                         'completed', 'failed', 'cancelled', 'blocked')),
  last_error TEXT,                         -- why the task stands where it stands
  attempt_count INTEGER NOT NULL,
  result TEXT NOT NULL,                    -- JSON object: the fields of the status block
  leased_by TEXT,
  lease_expires_at INTEGER,
  fencing INTEGER NOT NULL,                -- number of the last lease; only its holder may write
  file_status TEXT NOT NULL,               -- STATUS as last read from or written to the file
  file_behind INTEGER NOT NULL CHECK (file_behind IN (0, 1)),
  updated_at INTEGER NOT NULL,
  CHECK ((status = 'leased') = (leased_by IS NOT NULL AND lease_expires_at IS NOT NULL))
) STRICT;

-- What may be leased, best first.
CREATE INDEX agent_tasks_open ON agent_tasks (queue, wsjf DESC, order_key, task_key)
  WHERE status IN ('queued', 'leased');

-- No gaps in seq: a rowid is the largest one plus 1, and no row ever goes.
CREATE TABLE agent_task_events (
  seq INTEGER PRIMARY KEY,
  task_id INTEGER REFERENCES agent_tasks (id),
  run_id TEXT NOT NULL,
  event_type TEXT NOT NULL,
  payload TEXT NOT NULL,                   -- JSON object
  created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX agent_task_events_of_task ON agent_task_events (task_id, seq);
CREATE INDEX agent_task_events_of_run ON agent_task_events (run_id, seq);

CREATE TRIGGER agent_task_events_keep BEFORE DELETE ON agent_task_events
BEGIN
  SELECT RAISE(ABORT, 'agent_task_events is append-only');
END;

CREATE TRIGGER agent_task_events_hold BEFORE UPDATE ON agent_task_events
BEGIN
  SELECT RAISE(ABORT, 'agent_task_events is append-only');
END;
