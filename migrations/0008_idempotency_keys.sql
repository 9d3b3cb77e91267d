-- The Idempotency-Keys of orders, and what their senders were answered. The columns of the answer are NULL until the
-- generation has ended. expires_at is in milliseconds.
CREATE TABLE idempotency_key (
	user_id text NOT NULL,
	key text NOT NULL,
	digest text NOT NULL, -- of the route and the body
	generation_id text NOT NULL,
	request_id text NOT NULL,
	answer_status integer,
	answer_header text, -- JSON
	answer_body text,
	expires_at integer NOT NULL,
	PRIMARY KEY (user_id, key)
);
--> statement-breakpoint
CREATE UNIQUE INDEX idempotency_key_generation_unique ON idempotency_key (generation_id);
--> statement-breakpoint
CREATE INDEX idempotency_key_expires_idx ON idempotency_key (expires_at);
