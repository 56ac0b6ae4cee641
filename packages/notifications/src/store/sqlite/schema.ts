/** The format this release writes (`PRAGMA user_version`): the number of `migrations`. */
export const migrations: readonly string[] = [
  `
  CREATE TABLE alerts (
    id INTEGER PRIMARY KEY AUTOINCREMENT, print INTEGER NOT NULL, key TEXT NOT NULL, received_at INTEGER NOT NULL,
    duplicates INTEGER NOT NULL DEFAULT 0, alert TEXT NOT NULL
  );
  -- Serves repetitions and traces. Alerts come in no order of their fingerprints, so that every post touches as many
  -- pages as it has alerts, unless all pages are few: hence numbers instead of keys.
  CREATE INDEX alerts_by_print ON alerts (print, received_at);

  CREATE TABLE waiting (
    alert INTEGER PRIMARY KEY REFERENCES alerts, part TEXT NOT NULL, not_before INTEGER NOT NULL
  );
  CREATE INDEX waiting_by_time ON waiting (not_before, alert);

  CREATE TABLE decisions (
    alert INTEGER NOT NULL REFERENCES alerts ON DELETE CASCADE, at INTEGER NOT NULL, steps TEXT NOT NULL
  );
  CREATE INDEX decisions_by_alert ON decisions (alert);

  CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT, destination TEXT NOT NULL, channel TEXT NOT NULL, tenant TEXT NOT NULL,
    kind TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'queued', queued_at INTEGER NOT NULL, not_before INTEGER NOT NULL,
    expires_at INTEGER NOT NULL, ended_at INTEGER, told INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0, body TEXT NOT NULL
  );
  CREATE INDEX deliveries_queued ON deliveries (destination, id) WHERE state = 'queued';
  CREATE INDEX deliveries_ended ON deliveries (state, ended_at) WHERE state <> 'queued';

  CREATE TABLE delivery_alerts (
    delivery INTEGER NOT NULL REFERENCES deliveries ON DELETE CASCADE, position INTEGER NOT NULL,
    alert INTEGER NOT NULL REFERENCES alerts, PRIMARY KEY (delivery, position)
  ) WITHOUT ROWID;
  CREATE INDEX delivery_alerts_by_alert ON delivery_alerts (alert);

  CREATE TABLE attempts (
    delivery INTEGER NOT NULL REFERENCES deliveries ON DELETE CASCADE, number INTEGER NOT NULL, at INTEGER NOT NULL,
    outcome TEXT NOT NULL, PRIMARY KEY (delivery, number)
  ) WITHOUT ROWID;

  -- One row for each destination with queued deliveries; due when its first delivery is.
  CREATE TABLE queues (
    destination TEXT PRIMARY KEY, channel TEXT NOT NULL, tenant TEXT NOT NULL, due_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX queues_by_tenant ON queues (channel, tenant, due_at);
  CREATE INDEX queues_by_time ON queues (channel, due_at);

  -- How much is waiting, kept with every change: counting would read as much as there is.
  CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
  `,
];
