-- Counters that are void after a time: wrong passwords by account and by the way they come, failed generations by user,
-- the provider's calls by day. Times are in milliseconds.
CREATE TABLE quota (
	key text PRIMARY KEY NOT NULL,
	count integer NOT NULL,
	ready_at integer DEFAULT 0 NOT NULL, -- before, nothing more is taken
	expires_at integer NOT NULL -- from then on, the count is 0
);
--> statement-breakpoint
CREATE INDEX quota_expires_idx ON quota (expires_at);
--> statement-breakpoint
-- What a schedule sweeps.
CREATE INDEX session_expires_idx ON session (expires_at);
--> statement-breakpoint
-- Users who get their free credits when their address is proven.
CREATE TABLE free_credits_due (
	user_id text PRIMARY KEY NOT NULL,
	created_at integer DEFAULT (unixepoch()) NOT NULL
);
