/** Ours, as SQLite files tell whose they are: "TaCh". */
export const applicationId = 0x54614368;

/**
 * The file as it is made, one step after the other. A step that was published is never changed: a later one is added, and
 * runs once on every file that is older. `readableFrom`: the oldest schema whose code may go on using the file after it.
 */
export const migrations: readonly { readonly sql: string; readonly readableFrom: number }[] = [
  {
    readableFrom: 1,
    sql: `
CREATE TABLE task (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  sequence INTEGER NOT NULL,
  fence INTEGER NOT NULL,
  leaf TEXT NOT NULL,
  kind INTEGER NOT NULL,             -- twice the place of its state, and 1 for one that its creator drives
  type TEXT NOT NULL,
  entity TEXT,
  tag TEXT,
  activation_id TEXT,
  parent_key TEXT,
  root_key TEXT,
  is_structured INTEGER NOT NULL,    -- its parent's life depends on it
  is_long INTEGER NOT NULL,          -- some of its texts are in long_text
  worker TEXT,
  outcome INTEGER,                   -- of one that retention may remove: its state
  place INTEGER,                     -- among all that have ended
  ended_at REAL,                     -- what its age is counted from
  children_open INTEGER,
  children_weight REAL,
  children_done REAL,
  creation TEXT NOT NULL,            -- what has no column, as text
  life TEXT NOT NULL
) STRICT;
CREATE INDEX task_by_kind ON task (kind, type, id);
CREATE INDEX task_by_parent ON task (parent_key, id) WHERE parent_key IS NOT NULL;
CREATE INDEX task_by_root ON task (root_key, id) WHERE root_key IS NOT NULL;
CREATE INDEX task_by_entity ON task (entity, id) WHERE entity IS NOT NULL;
CREATE INDEX task_by_tag ON task (tag, id) WHERE tag IS NOT NULL;
CREATE INDEX task_by_activation ON task (activation_id, id) WHERE activation_id IS NOT NULL;
CREATE INDEX task_by_worker ON task (worker, id) WHERE worker IS NOT NULL;
CREATE INDEX task_by_outcome ON task (outcome, place) WHERE outcome IS NOT NULL;

CREATE TABLE long_text (             -- written once, however often the rest of its task is
  id INTEGER NOT NULL,
  slot TEXT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (id, slot)
) STRICT;

CREATE TABLE journal (               -- a row for each commit that has entries; its sequence is that of the last
  id INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  entries TEXT NOT NULL,
  PRIMARY KEY (id, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE reservation (
  name TEXT NOT NULL UNIQUE,
  key TEXT NOT NULL,
  digest TEXT,
  expires_at REAL NOT NULL,
  owner TEXT
) STRICT;
CREATE INDEX reservation_by_time ON reservation (expires_at) WHERE expires_at < 9e999;
CREATE INDEX reservation_by_owner ON reservation (owner) WHERE owner IS NOT NULL;

CREATE TABLE offer (
  ticket INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  type TEXT NOT NULL,
  priority REAL NOT NULL,
  is_child INTEGER NOT NULL,
  start_at REAL,
  is_due INTEGER NOT NULL
) STRICT;
CREATE INDEX offer_due ON offer (type, is_child, priority DESC, ticket) WHERE is_due = 1;
CREATE INDEX offer_waiting ON offer (start_at) WHERE is_due = 0;

CREATE TABLE change (                -- who changed which tasks; its id counts all keys so far
  id INTEGER PRIMARY KEY,
  worker TEXT NOT NULL,
  keys TEXT NOT NULL
) STRICT;

CREATE TABLE batch (                 -- the last one of each worker
  worker TEXT PRIMARY KEY,
  number INTEGER NOT NULL,
  accepted TEXT NOT NULL,
  sent_at REAL NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE beat (worker TEXT PRIMARY KEY, beats INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE control (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE total (                 -- one row: what would otherwise have to be counted
  readable_from INTEGER NOT NULL,
  last_id INTEGER NOT NULL,
  ends INTEGER NOT NULL,
  queued INTEGER NOT NULL,
  running INTEGER NOT NULL,
  success INTEGER NOT NULL,
  error INTEGER NOT NULL,
  removable_success INTEGER NOT NULL,
  removable_error INTEGER NOT NULL,
  held_back INTEGER NOT NULL,        -- final children whose parents are not
  tickets INTEGER NOT NULL,
  changes INTEGER NOT NULL,          -- the id of the last change
  changes_pruned INTEGER NOT NULL    -- and of the last that was forgotten
) STRICT;
INSERT INTO total VALUES (1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
`,
  },
  {
    // What older code inserts meanwhile has no deadline here, and ends in its own process or when its turn comes.
    readableFrom: 1,
    sql: `
ALTER TABLE task ADD COLUMN deadline_at REAL;
UPDATE task SET deadline_at = json_extract(life, '$.deadlineAt') WHERE ended_at IS NULL;
CREATE INDEX task_by_deadline ON task (deadline_at) WHERE deadline_at IS NOT NULL AND ended_at IS NULL;
`,
  },
];
