/** The format this release writes (`notifications.format`): the number of `migrations`. */
export const migrations: readonly string[] = [
  `
  CREATE TABLE notifications.alerts (
    id bigserial PRIMARY KEY, key text COLLATE "C" NOT NULL, received_at bigint NOT NULL,
    duplicates integer NOT NULL DEFAULT 0, alert text NOT NULL
  );
  -- Keys begin with the fingerprint, which traces are asked by.
  CREATE INDEX alerts_by_key ON notifications.alerts (key);

  -- The newest alert of each key: where processes that take the same alert at the same time meet.
  CREATE TABLE notifications.latest (
    key text COLLATE "C" PRIMARY KEY, alert bigint NOT NULL, accepted_at bigint NOT NULL
  );

  CREATE TABLE notifications.waiting (
    alert bigint PRIMARY KEY REFERENCES notifications.alerts, part text NOT NULL, not_before bigint NOT NULL,
    owner text, lease_until timestamptz
  );
  CREATE INDEX waiting_by_time ON notifications.waiting (not_before, alert);

  CREATE TABLE notifications.decisions (
    id bigserial PRIMARY KEY, alert bigint NOT NULL REFERENCES notifications.alerts ON DELETE CASCADE,
    at bigint NOT NULL, steps text NOT NULL
  );
  CREATE INDEX decisions_by_alert ON notifications.decisions (alert);

  CREATE TABLE notifications.deliveries (
    id bigserial PRIMARY KEY, destination text COLLATE "C" NOT NULL, channel text NOT NULL,
    tenant text COLLATE "C" NOT NULL, kind text NOT NULL, state text NOT NULL DEFAULT 'queued',
    queued_at bigint NOT NULL, not_before bigint NOT NULL, expires_at bigint NOT NULL, ended_at bigint,
    told integer NOT NULL DEFAULT 0, attempts integer NOT NULL DEFAULT 0, body text NOT NULL
  );
  CREATE INDEX deliveries_queued ON notifications.deliveries (destination, id) INCLUDE (channel)
    WHERE state = 'queued';
  CREATE INDEX deliveries_ended ON notifications.deliveries (state, ended_at) WHERE state <> 'queued';

  CREATE TABLE notifications.delivery_alerts (
    delivery bigint NOT NULL REFERENCES notifications.deliveries ON DELETE CASCADE, position integer NOT NULL,
    alert bigint NOT NULL REFERENCES notifications.alerts, PRIMARY KEY (delivery, position)
  );
  CREATE INDEX delivery_alerts_by_alert ON notifications.delivery_alerts (alert);

  CREATE TABLE notifications.attempts (
    delivery bigint NOT NULL REFERENCES notifications.deliveries ON DELETE CASCADE, number integer NOT NULL,
    at bigint NOT NULL, outcome text NOT NULL, PRIMARY KEY (delivery, number)
  );

  -- One row for each destination with queued deliveries; due when its first delivery is.
  CREATE TABLE notifications.queues (
    destination text COLLATE "C" PRIMARY KEY, channel text NOT NULL, tenant text COLLATE "C" NOT NULL,
    due_at bigint NOT NULL, owner text, lease_until timestamptz
  );
  CREATE INDEX queues_by_tenant ON notifications.queues (channel, tenant, due_at);
  CREATE INDEX queues_by_time ON notifications.queues (channel, due_at);
  `,
];
