-- What sign-in looks for, without reading whole tables.
CREATE INDEX session_user_idx ON session (user_id);
--> statement-breakpoint
CREATE INDEX account_user_idx ON account (user_id);
--> statement-breakpoint
CREATE INDEX account_provider_idx ON account (account_id, provider_id);
--> statement-breakpoint
CREATE INDEX verification_identifier_idx ON verification (identifier);
--> statement-breakpoint
CREATE INDEX verification_expires_idx ON verification (expires_at);
--> statement-breakpoint
-- The provider that an OAuth state was issued for. NULL in rows of the TypeScript service, which live ten minutes.
ALTER TABLE verification ADD COLUMN provider_id text;
