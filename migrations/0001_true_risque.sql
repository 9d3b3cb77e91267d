CREATE TABLE `user_profile` (
	`user_id` text PRIMARY KEY NOT NULL,
	`account_type` text DEFAULT 'free' NOT NULL,
	`credits_product_shoots` integer DEFAULT 1 NOT NULL,
	`credits_ad_graphics` integer DEFAULT 1 NOT NULL,
	`created_at` integer DEFAULT (unixepoch()) NOT NULL,
	`updated_at` integer DEFAULT (unixepoch()) NOT NULL
);
--> statement-breakpoint
CREATE TABLE `credit_ledger` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`workflow` text NOT NULL,
	`delta` integer NOT NULL,
	`reason` text NOT NULL,
	`generation_id` text,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `user`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `credit_ledger_user_created_idx` ON `credit_ledger` (`user_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `credit_ledger_workflow_created_idx` ON `credit_ledger` (`workflow`,`created_at`);
