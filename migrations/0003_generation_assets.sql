-- One row an image of a generation, written when the provider answers. A row without r2_key still has to be copied: the
-- schedule tries again at next_attempt_at, until the provider's address is gone (24 hours after created_at), when it
-- sets next_attempt_at to NULL.
CREATE TABLE generation_asset (
	generation_id text NOT NULL REFERENCES generation(id) ON UPDATE no action ON DELETE cascade,
	position integer NOT NULL, -- 0 is the one that /asset serves
	source_url text NOT NULL,
	r2_key text,
	content_type text,
	attempts integer DEFAULT 0 NOT NULL,
	next_attempt_at integer,
	created_at integer DEFAULT (unixepoch()) NOT NULL,
	updated_at integer DEFAULT (unixepoch()) NOT NULL,
	PRIMARY KEY (generation_id, position)
);
--> statement-breakpoint
CREATE INDEX generation_asset_due_idx ON generation_asset (next_attempt_at) WHERE r2_key IS NULL AND next_attempt_at IS NOT NULL;
--> statement-breakpoint
-- What a schedule looks for: generations that a request left behind.
CREATE INDEX generation_pending_idx ON generation (created_at) WHERE status = 'pending';
--> statement-breakpoint
-- A generation's credit is taken once and given back once, whatever runs twice.
CREATE UNIQUE INDEX credit_ledger_once_unique ON credit_ledger (generation_id, reason) WHERE generation_id IS NOT NULL;
