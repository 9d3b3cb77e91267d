-- The schema that the migrations make. Change it here, and `addreams db generate NAME` writes the migration: see
-- README.md. Tables stand in the order of their names, each followed by its indexes; times are Unix seconds unless a
-- comment says milliseconds.

CREATE TABLE account (
	id text PRIMARY KEY NOT NULL,
	account_id text NOT NULL, -- at the provider, or the id of the user itself for a password
	provider_id text NOT NULL,
	user_id text NOT NULL REFERENCES user(id),
	access_token text,
	refresh_token text,
	id_token text,
	access_token_expires_at integer,
	refresh_token_expires_at integer,
	scope text,
	password text,
	created_at integer NOT NULL,
	updated_at integer NOT NULL
);

CREATE INDEX account_provider_idx ON account (account_id, provider_id);

CREATE INDEX account_user_idx ON account (user_id);

-- Keys with which programs act for users, in the columns of better-auth's apiKey plugin. The keys themselves are not kept.
CREATE TABLE apikey (
	id text PRIMARY KEY NOT NULL,
	name text,
	start text, -- the first characters of the key, to tell keys apart
	prefix text,
	key text NOT NULL, -- its SHA-256, in base64url
	user_id text NOT NULL REFERENCES user(id),
	enabled integer DEFAULT true NOT NULL,
	remaining integer, -- requests that it may still make, NULL for any number
	last_request integer, -- to the minute
	expires_at integer,
	created_at integer NOT NULL,
	updated_at integer NOT NULL,
	permissions text -- JSON, NULL for all
);

CREATE INDEX apikey_expires_idx ON apikey (expires_at);

CREATE UNIQUE INDEX apikey_key_unique ON apikey (key);

CREATE INDEX apikey_user_idx ON apikey (user_id);

CREATE TABLE credit_ledger (
	id text PRIMARY KEY NOT NULL,
	user_id text NOT NULL REFERENCES user(id),
	workflow text NOT NULL,
	delta integer NOT NULL,
	reason text NOT NULL,
	generation_id text,
	created_at integer NOT NULL,
	note text -- why credits were granted or taken back: an operator's words, or the pack that was bought
);

-- A generation's credit is taken once and given back once, whatever runs twice.
CREATE UNIQUE INDEX credit_ledger_once_unique ON credit_ledger (generation_id, reason) WHERE generation_id IS NOT NULL;

CREATE INDEX credit_ledger_user_created_idx ON credit_ledger (user_id, created_at);

CREATE INDEX credit_ledger_workflow_created_idx ON credit_ledger (workflow, created_at);

-- What users were offered at Stripe's Checkout, and paid. payment_id and paid_at are NULL until then.
CREATE TABLE credit_purchase (
	checkout_id text PRIMARY KEY NOT NULL, -- at Stripe
	user_id text NOT NULL,
	pack text NOT NULL,
	product_shoots integer NOT NULL,
	ad_graphics integer NOT NULL,
	amount integer NOT NULL, -- in the currency's smallest unit
	currency text NOT NULL,
	payment_id text, -- of the payment intent at Stripe
	created_at integer NOT NULL,
	paid_at integer,
	returned_amount integer DEFAULT 0 NOT NULL, -- that the ledger has taken into account
	taken_product_shoots integer DEFAULT 0 NOT NULL, -- credits that were taken back for it
	taken_ad_graphics integer DEFAULT 0 NOT NULL
);

CREATE UNIQUE INDEX credit_purchase_payment_unique ON credit_purchase (payment_id);

CREATE INDEX credit_purchase_unpaid_idx ON credit_purchase (created_at) WHERE paid_at IS NULL;

CREATE INDEX credit_purchase_user_idx ON credit_purchase (user_id, created_at);

-- What was returned to buyers: a row per refunded charge and per dispute, which only grows until it is final.
CREATE TABLE credit_reversal (
	source text PRIMARY KEY NOT NULL, -- the charge or the dispute, at Stripe
	payment_id text NOT NULL,
	amount integer NOT NULL,
	final integer NOT NULL,
	updated_at integer NOT NULL
);

CREATE INDEX credit_reversal_payment_idx ON credit_reversal (payment_id);

-- Users who get their free credits when their address is proven.
CREATE TABLE free_credits_due (
	user_id text PRIMARY KEY NOT NULL,
	created_at integer DEFAULT (unixepoch()) NOT NULL
);

CREATE TABLE generation (
	id text PRIMARY KEY NOT NULL,
	user_id text NOT NULL REFERENCES user(id),
	workflow text NOT NULL,
	status text NOT NULL,
	input_json text NOT NULL,
	output_json text,
	provider_request_id text,
	provider_model text,
	r2_key text,
	error_code text,
	error_message text,
	created_at integer NOT NULL,
	updated_at integer NOT NULL
);

CREATE INDEX generation_created_idx ON generation (created_at);

-- What a schedule looks for: generations that a request left behind.
CREATE INDEX generation_pending_idx ON generation (created_at) WHERE status = 'pending';

CREATE INDEX generation_user_created_idx ON generation (user_id, created_at);

CREATE INDEX generation_user_status_created_idx ON generation (user_id, status, created_at);

-- One row per image of a generation, written when the provider answers. A row without r2_key still has to be copied: the
-- schedule tries again at next_attempt_at, until the provider's address is gone (24 hours after created_at), when it sets
-- next_attempt_at to NULL.
CREATE TABLE generation_asset (
	generation_id text NOT NULL REFERENCES generation(id) ON DELETE CASCADE,
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

CREATE INDEX generation_asset_due_idx ON generation_asset (next_attempt_at) WHERE r2_key IS NULL AND next_attempt_at IS NOT NULL;

-- Generations that failed or were deleted, whose objects are removed once more at due_at, in case whoever removed them the first
-- time did not live to do so, or stored more afterwards.
CREATE TABLE generation_discard (
	generation_id text PRIMARY KEY NOT NULL,
	user_id text NOT NULL,
	due_at integer NOT NULL
);

CREATE INDEX generation_discard_due_idx ON generation_discard (due_at);

-- The provider's tasks that have not ended yet, one per running generation. The row goes when the generation ends or is deleted.
-- look_at is in milliseconds.
CREATE TABLE generation_task (
	generation_id text PRIMARY KEY NOT NULL REFERENCES generation(id) ON DELETE CASCADE,
	task_id text NOT NULL, -- at the provider
	note text NOT NULL, -- JSON: what the order's request knew, for whoever ends the generation
	look_at integer NOT NULL, -- from then on, anyone may ask the provider again
	created_at integer NOT NULL
);

CREATE INDEX generation_task_look_idx ON generation_task (look_at);

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

CREATE INDEX idempotency_key_expires_idx ON idempotency_key (expires_at);

CREATE UNIQUE INDEX idempotency_key_generation_unique ON idempotency_key (generation_id);

-- Counters that are void after a time: wrong passwords by account and by the way they come, failed generations by user,
-- the provider's calls by day. Times are in milliseconds.
CREATE TABLE quota (
	key text PRIMARY KEY NOT NULL,
	count integer NOT NULL,
	ready_at integer DEFAULT 0 NOT NULL, -- before, nothing more is taken
	expires_at integer NOT NULL -- from then on, the count is 0
);

CREATE INDEX quota_expires_idx ON quota (expires_at);

-- Counters of sign-in and sign-up attempts, shared by all isolates of the Worker. last_request is in milliseconds.
CREATE TABLE rate_limit (
	key text PRIMARY KEY NOT NULL,
	count integer NOT NULL,
	last_request integer NOT NULL
);

CREATE INDEX rate_limit_last_request_idx ON rate_limit (last_request);

CREATE TABLE session (
	id text PRIMARY KEY NOT NULL,
	expires_at integer NOT NULL,
	token text NOT NULL,
	created_at integer NOT NULL,
	updated_at integer NOT NULL,
	ip_address text,
	user_agent text,
	user_id text NOT NULL REFERENCES user(id)
);

CREATE INDEX session_expires_idx ON session (expires_at);

CREATE UNIQUE INDEX session_token_unique ON session (token);

CREATE INDEX session_user_idx ON session (user_id);

-- Stripe's events that have been taken into account, with the delivery that was.
CREATE TABLE stripe_event (
	id text PRIMARY KEY NOT NULL,
	delivery text NOT NULL,
	received_at integer NOT NULL
);

CREATE INDEX stripe_event_received_idx ON stripe_event (received_at);

-- The id_tokens that clients have signed in with, by a digest, until they expire. first_used_at is in milliseconds.
CREATE TABLE used_id_token (
	digest text PRIMARY KEY NOT NULL,
	uses integer NOT NULL,
	first_used_at integer NOT NULL,
	expires_at integer NOT NULL
);

CREATE INDEX used_id_token_expires_idx ON used_id_token (expires_at);

CREATE TABLE user (
	id text PRIMARY KEY NOT NULL,
	name text NOT NULL,
	email text NOT NULL,
	email_verified integer DEFAULT false NOT NULL,
	image text,
	created_at integer NOT NULL,
	updated_at integer NOT NULL
);

CREATE UNIQUE INDEX user_email_unique ON user (email);

-- When a user's password changed, or an account was taken from whoever had made it without proving its address; in
-- milliseconds. A session cache cookie from before counts for nothing. Rows that are older than any cookie are removed.
CREATE TABLE user_cutoff (
	user_id text PRIMARY KEY NOT NULL,
	at integer NOT NULL
);

CREATE TABLE user_profile (
	user_id text PRIMARY KEY NOT NULL,
	account_type text DEFAULT 'free' NOT NULL,
	credits_product_shoots integer DEFAULT 1 NOT NULL,
	credits_ad_graphics integer DEFAULT 1 NOT NULL,
	created_at integer DEFAULT (unixepoch()) NOT NULL,
	updated_at integer DEFAULT (unixepoch()) NOT NULL
);

CREATE TABLE verification (
	id text PRIMARY KEY NOT NULL,
	identifier text NOT NULL,
	value text NOT NULL,
	expires_at integer NOT NULL,
	created_at integer,
	updated_at integer,
	provider_id text, -- that an OAuth state was issued for, NULL in rows of the TypeScript service
	session_id text -- that began to link an account, which is made only while it is there, NULL in states of a sign-in
);

CREATE INDEX verification_expires_idx ON verification (expires_at);

CREATE INDEX verification_identifier_idx ON verification (identifier);
