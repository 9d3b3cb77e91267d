-- When a user's password changed, or an account was taken from whoever had made it without proving its address; in
-- milliseconds. A session cache cookie from before counts for nothing. Rows that are older than any cookie are removed.
CREATE TABLE user_cutoff (
	user_id text PRIMARY KEY NOT NULL,
	at integer NOT NULL
);
--> statement-breakpoint
-- The id_tokens that clients have signed in with, by a digest, until they expire. first_used_at is in milliseconds.
CREATE TABLE used_id_token (
	digest text PRIMARY KEY NOT NULL,
	uses integer NOT NULL,
	first_used_at integer NOT NULL,
	expires_at integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX used_id_token_expires_idx ON used_id_token (expires_at);
--> statement-breakpoint
-- The session that began to link an account. The link is made only while it is there. NULL in states of a sign-in, and
-- in rows from before this column, which live ten minutes.
ALTER TABLE verification ADD COLUMN session_id text;
