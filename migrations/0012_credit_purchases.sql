-- Creates the table credit_purchase.
-- Creates the table credit_reversal.
-- Creates the table stripe_event.
-- Creates the unique index credit_purchase_payment_unique.
-- Creates the index credit_purchase_unpaid_idx.
-- Creates the index credit_purchase_user_idx.
-- Creates the index credit_reversal_payment_idx.
-- Creates the index stripe_event_received_idx.
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
--> statement-breakpoint
CREATE TABLE credit_reversal (
	source text PRIMARY KEY NOT NULL, -- the charge or the dispute, at Stripe
	payment_id text NOT NULL,
	amount integer NOT NULL,
	final integer NOT NULL,
	updated_at integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE stripe_event (
	id text PRIMARY KEY NOT NULL,
	delivery text NOT NULL,
	received_at integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX credit_purchase_payment_unique ON credit_purchase (payment_id);
--> statement-breakpoint
CREATE INDEX credit_purchase_unpaid_idx ON credit_purchase (created_at) WHERE paid_at IS NULL;
--> statement-breakpoint
CREATE INDEX credit_purchase_user_idx ON credit_purchase (user_id, created_at);
--> statement-breakpoint
CREATE INDEX credit_reversal_payment_idx ON credit_reversal (payment_id);
--> statement-breakpoint
CREATE INDEX stripe_event_received_idx ON stripe_event (received_at);
