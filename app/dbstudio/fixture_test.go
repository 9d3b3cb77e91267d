package dbstudio_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/sqlite"
	"github.com/addreams/addreams/app/dbstudio"
	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/rehearse"
	"github.com/addreams/addreams/migrations"
	"github.com/addreams/addreams/migrations/migrated"
)

// product is a database with the product's schema and some rows, for the page to show.
var product = []string{
	`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 240)
	INSERT INTO user SELECT printf('user-%03d', i),
		json_array('Ada', 'Grace', 'Alan', 'Edsger', 'Barbara', 'Ken', 'Radia', 'Tony', 'Leslie') ->> (i % 9) || ' ' ||
		(json_array('Adams', 'Baker', 'Clark', 'Davis', 'Evans', 'Frank', 'Ghosh') ->> (i % 7)),
		printf('user%d@example.com', i), i % 3 > 0, NULL, 1764000000 + i * 3600, 1764000000 + i * 7200 FROM n`,
	`INSERT INTO session SELECT 'session-' || id, created_at + 604800, hex(randomblob(16)), created_at, updated_at, '203.0.113.7',
		'Mozilla/5.0 (X11; Linux x86_64)', id FROM user WHERE rowid % 2`,
	`INSERT INTO account SELECT 'account-' || id, email, 'credential', id, NULL, NULL, NULL, NULL, NULL, NULL, 'scrypt:' || hex(randomblob(16)),
		created_at, updated_at FROM user`,
	`INSERT INTO user_profile (user_id, account_type, credits_product_shoots) SELECT id, iif(rowid % 9, 'free', 'pro'), rowid % 5 FROM user`,
	`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400)
	INSERT INTO generation (id, user_id, workflow, status, input_json, output_json, provider_model, r2_key, error_code, error_message, created_at, updated_at)
	SELECT printf('gen-%04d', i), printf('user-%03d', 1 + i % 240), iif(i % 4, 'product-shoot', 'ad-graphic'),
		CASE i % 7 WHEN 0 THEN 'failed' WHEN 1 THEN 'pending' ELSE 'succeeded' END,
		json_object('prompt', 'A bottle of perfume on wet black stone, studio light ' || i, 'ratio', '4:5', 'count', 1 + i % 3),
		iif(i % 7 > 1, json_object('images', json_array(printf('https://images.example/%d.png', i)), 'assetUrl', printf('/api/history/gen-%04d/asset', i)), NULL),
		'qwen-image-plus', iif(i % 7 > 1, printf('generations/gen-%04d.png', i), NULL),
		iif(i % 7, NULL, 'provider_failed'), iif(i % 7, NULL, 'The provider answered with status 500.'),
		1764000000 + i * 5000, 1764000020 + i * 5000 FROM n`,
	`INSERT INTO generation_asset (generation_id, position, source_url, r2_key, content_type)
	SELECT g.id, p.value, 'https://images.example/' || g.id, 'generations/' || g.id || '-' || p.value || '.png', 'image/png'
	FROM generation AS g JOIN json_each('[0,1]') AS p WHERE g.status = 'succeeded'`,
	`INSERT INTO credit_ledger (id, user_id, workflow, delta, reason, generation_id, created_at) SELECT 'credit-' || id, user_id, workflow, -1, 'generation', id, created_at FROM generation`,
	`INSERT INTO rate_limit VALUES ('203.0.113.7|/sign-in/email', 3, 1764000000123)`,
	`UPDATE addreams_migrations SET bookmark = '00000085-0000024c-00004c6d-8e61117bf38d7adb71b934ebbf891683' WHERE name LIKE '0006%'`,
}

// pendingMigration is one that is not applied.
const pendingMigration = `-- What a person chose to be told about.
CREATE TABLE preference (
	user_id text PRIMARY KEY NOT NULL REFERENCES user(id),
	newsletter integer DEFAULT false NOT NULL
);
--> statement-breakpoint
ALTER TABLE user ADD COLUMN locale text;
--> statement-breakpoint
CREATE INDEX generation_workflow_idx ON generation (workflow);
`

// hints are those of the command.
var hints = map[string]dbstudio.Kind{
	"generation.r2_key": dbstudio.Image, "generation_asset.r2_key": dbstudio.Image, "rate_limit.last_request": dbstudio.Time,
}

// openProduct makes the database and what a studio needs beside it.
func openProduct(t testing.TB) (*sqlite.Database, dbstudio.Options) {
	t.Helper()
	db := migrated.Open(t)

	for _, sql := range product {
		_, err := db.Batch(t.Context(), d1.SQL(sql))
		require.NoError(t, err, sql)
	}
	folder := fstest.MapFS{"0099_preferences.sql": {Data: []byte(pendingMigration)}}
	names, err := fs.Glob(migrations.FS, "*.s*")
	require.NoError(t, err)
	for _, name := range names {
		content, err := fs.ReadFile(migrations.FS, name)
		require.NoError(t, err)
		folder[name] = &fstest.MapFile{Data: content}
	}
	engine, err := migrate.New(db, folder, migrate.Options{Rehearser: rehearse.InMemory{}})
	require.NoError(t, err)
	return db, dbstudio.Options{
		DB: db, Name: "addreams-db-local", Command: "--local", Migrations: engine, Objects: painted{}, Hints: hints,
	}
}

// painted are objects of which each key has a picture.
type painted struct{}

func (painted) Get(_ context.Context, key string) (string, io.ReadCloser, error) {
	if !strings.HasPrefix(key, "generations/") {
		return "", nil, dbstudio.ErrNoObject
	}

	hue := uint8(len(key) * 7)
	for _, r := range key {
		hue += uint8(r) * 13
	}
	const side = 240
	picture := image.NewRGBA(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			dx, dy := x-side/2, y-side/2
			shade := uint8(255 - (dx*dx+dy*dy)/150)
			picture.Set(x, y, color.RGBA{shade, shade/2 + hue/2, 255 - hue/2 - shade/4, 255})
		}
	}
	var encoded bytes.Buffer
	if err := png.Encode(&encoded, picture); err != nil {
		return "", nil, fmt.Errorf("paint: %w", err)
	}
	return "image/png", io.NopCloser(&encoded), nil
}
