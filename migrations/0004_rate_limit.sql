-- Counters of sign-in and sign-up attempts, shared by all isolates of the Worker. last_request is in milliseconds.
CREATE TABLE rate_limit (
	key text PRIMARY KEY NOT NULL,
	count integer NOT NULL,
	last_request integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX rate_limit_last_request_idx ON rate_limit (last_request);
