-- Generations that failed or were deleted, whose objects are removed once more at due_at, in case whoever removed them the first
-- time did not live to do so, or stored more afterwards.
CREATE TABLE generation_discard (
	generation_id text PRIMARY KEY NOT NULL,
	user_id text NOT NULL,
	due_at integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX generation_discard_due_idx ON generation_discard (due_at);
--> statement-breakpoint
-- The provider's tasks that have not ended yet, one per running generation. The row goes when the generation ends or is deleted.
-- look_at is in milliseconds.
CREATE TABLE generation_task (
	generation_id text PRIMARY KEY NOT NULL REFERENCES generation(id) ON DELETE CASCADE,
	task_id text NOT NULL, -- at the provider
	note text NOT NULL, -- JSON: what the order's request knew, for whoever ends the generation
	look_at integer NOT NULL, -- from then on, anyone may ask the provider again
	created_at integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX generation_task_look_idx ON generation_task (look_at);
--> statement-breakpoint
-- For generations that are older than they are kept.
CREATE INDEX generation_created_idx ON generation (created_at);
