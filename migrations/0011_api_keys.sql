-- Creates the table apikey.
-- Creates the index apikey_expires_idx.
-- Creates the unique index apikey_key_unique.
-- Creates the index apikey_user_idx.
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
--> statement-breakpoint
CREATE INDEX apikey_expires_idx ON apikey (expires_at);
--> statement-breakpoint
CREATE UNIQUE INDEX apikey_key_unique ON apikey (key);
--> statement-breakpoint
CREATE INDEX apikey_user_idx ON apikey (user_id);
