package api_test

import (
	"io/fs"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api"
	"github.com/addreams/addreams/app/api/apitest"
	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/sqlite"
	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/rehearse"
	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/migrations"
)

// cacheBefore is the session cache that the TypeScript service set with cookieBefore, ten seconds before noon.
const cacheBefore = "eyJzZXNzaW9uIjp7InNlc3Npb24iOnsiZXhwaXJlc0F0IjoiMjAyNi0wMi0xN1QwMzo0Njo0MC4wMDBaIiwidG9rZW4iOiJaazNhYmMiLCJjcmVhdGVkQXQiOiIyMDI2LTAyLTAyVDAyOjQwOjAwLjAwMFoiLCJ1cGRhdGVkQXQiOiIyMDI2LTAyLTEwVDEyOjAwOjAwLjAwMFoiLCJpcEFkZHJlc3MiOiIiLCJ1c2VyQWdlbnQiOiJGaXJlZm94IiwidXNlcklkIjoiVTEiLCJpZCI6IlMxIn0sInVzZXIiOnsibmFtZSI6IkFkYSIsImVtYWlsIjoiYWRhQGV4YW1wbGUudGVzdCIsImVtYWlsVmVyaWZpZWQiOnRydWUsImltYWdlIjpudWxsLCJjcmVhdGVkQXQiOiIyMDI2LTAyLTAyVDAyOjQwOjAwLjAwMFoiLCJ1cGRhdGVkQXQiOiIyMDI2LTAyLTAyVDAyOjQwOjAwLjAwMFoiLCJpZCI6IlUxIn0sInVwZGF0ZWRBdCI6MTc3MDcyNDc5MDAwMCwidmVyc2lvbiI6IjEifSwiZXhwaXJlc0F0IjoxNzcwNzI1MDkwMDAwLCJzaWduYXR1cmUiOiI0MUF5b19KNktUUDJLc29EOWVGTHpqdzliWEFfRlZNZ1gwNFNZY2tJQzE4In0"

// Generations that the TypeScript service wrote: without IDs in the ledger, with a reference twice in the row, with one image
// stored, and of a request that died.
var generationsBefore = []string{
	`INSERT INTO user_profile VALUES ('U1', 'paid', 3, 4, 1770000000, 1770000000)`,
	`INSERT INTO credit_ledger VALUES ('L1', 'U1', 'image-from-text', -1, 'generation_debit', NULL, 1770000100)`,
	`INSERT INTO credit_ledger VALUES ('L2', 'U1', 'image-from-reference', -1, 'generation_debit', NULL, 1770000400)`,
	`INSERT INTO generation VALUES ('made', 'U1', 'image-from-text', 'succeeded', '{"requestId":"r1","prompt":"a shoe","parameters":{"prompt":"a shoe","n":1,"promptExtend":true,"watermark":false}}',
		'{"requestId":"r1","images":["https://images.example.test/old.png"],"usage":{"imageCount":1},"assetUrl":"/api/history/made/asset"}', 'p1', 'qwen-image-max', 'users/U1/generations/made/output.png', NULL, NULL, 1770000100, 1770000110)`,
	`INSERT INTO generation VALUES ('edited', 'U1', 'image-from-reference', 'succeeded', '{"requestId":"r2","prompt":"p","referenceImage":"data:image/png;base64,AA==","parameters":{"prompt":"p","referenceImage":"data:image/png;base64,AA=="}}',
		'{"requestId":"r2","images":["https://images.example.test/a.png","https://images.example.test/b.png"],"assetUrl":null}', NULL, 'qwen-image-edit-max', NULL, NULL, NULL, 1770000200, 1770000210)`,
	`INSERT INTO generation VALUES ('refused', 'U1', 'image-from-text', 'failed', '{}', NULL, NULL, NULL, NULL, 'UPSTREAM_TIMEOUT', 'Image provider request timed out.', 1770000300, 1770000310)`,
	`INSERT INTO generation VALUES ('stuck', 'U1', 'image-from-reference', 'pending', '{}', NULL, NULL, NULL, NULL, NULL, NULL, 1770000400, 1770000400)`,
	`INSERT INTO generation VALUES ('film', 'U1', 'video-from-reference', 'succeeded', '{"requestId":"r5","prompt":"p","referenceImageUrl":"x"}', '{"requestId":"r5","status":"stub","receivedAt":"2026-02-02T02:48:20.000Z"}', NULL, NULL, NULL, NULL, NULL, 1770000500, 1770000500)`,
}

// filesBefore are the migrations of the TypeScript service's database.
func filesBefore(t *testing.T) fs.FS {
	before := fstest.MapFS{}
	for _, name := range []string{"0000_windy_nicolaos.sql", "0001_true_risque.sql", "0002_good_sue_storm.sql"} {
		file, err := fs.ReadFile(migrations.FS, name)
		require.NoError(t, err)
		before[name] = &fstest.MapFile{Data: file}
	}
	return before
}

func engineOn(t *testing.T, db d1.Database, files fs.FS) *migrate.Engine {
	engine, err := migrate.New(db, files, migrate.Options{By: "test", Rehearser: rehearse.InMemory{}})
	require.NoError(t, err)
	return engine
}

// fileBefore is a database file as the TypeScript service left it; with drizzle's push there is no ledger.
func fileBefore(t *testing.T, wranglersLedger bool) *sqlite.Database {
	path := filepath.Join(t.TempDir(), "before.sqlite")
	db, err := sqlite.Open(path)
	require.NoError(t, err)
	_, err = engineOn(t, db, filesBefore(t)).Apply(t.Context())
	require.NoError(t, err)

	written := slices.Concat([]string{"DROP TABLE addreams_migrations"}, rowsBefore, generationsBefore)
	if !wranglersLedger {
		written = append(written, "DROP TABLE d1_migrations")
	}
	for _, write := range written {
		_, err := d1.Query(t.Context(), db, write)
		require.NoError(t, err, write)
	}

	require.NoError(t, db.Close())
	db, err = sqlite.Open(path)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

// A database of the TypeScript service is adopted as it is: only new migrations are applied, and its users continue.
func TestDataOfTheServiceBefore(t *testing.T) {
	for name, wranglersLedger := range map[string]bool{"made by wrangler": true, "pushed by drizzle": false} {
		t.Run(name, func(t *testing.T) {
			db := fileBefore(t, wranglersLedger)
			engine := engineOn(t, db, migrations.FS)
			if !wranglersLedger {
				_, err := engine.Apply(t.Context())
				require.ErrorContains(t, err, "baseline", "what is there is not run again")
				_, err = engine.Baseline(t.Context(), "")
				require.NoError(t, err)
			}
			report, err := engine.Apply(t.Context())
			require.NoError(t, err)
			all, err := fs.Glob(migrations.FS, "[0-9]*.sql")
			require.NoError(t, err)
			applied := 0
			for _, done := range report.Files {
				if done.Outcome == migrate.DidApply {
					applied++
					assert.Greater(t, done.Name, "0003", "the old files are not run")
				}
			}
			assert.Equal(t, len(all)-3, applied)

			s := apitest.New(t)
			api.AcceptShortSecrets(t)
			s.DB.Database, s.Scrypt, s.Env[binding.AuthSecret] = db, nodeScrypt, secretBefore
			s.Start()
			require.NoError(t, s.Bucket.Put(t.Context(), "users/U1/generations/made/output.png", strings.NewReader(apitest.PNG), platform.PutOptions{ContentType: "image/png", Size: int64(len(apitest.PNG))}))
			ada := &user{World: s, id: "U1", cookies: []*http.Cookie{{Name: apitest.SessionToken, Value: cookieBefore}, {Name: apitest.SessionData, Value: cacheBefore}}}
			assert.Zero(t, s.DB.TripsOf(func() {
				assert.Contains(t, ada.get("/api/auth/get-session").Body.String(), `"email":"ada@example.test"`)
			}), "its session cache vouches")
			assertHistoryOfBefore(t, ada)
			assertHistoryOfBefore(t, ada.withTokenOnly())
			assertLifeGoesOn(t, ada)
		})
	}
}

func assertHistoryOfBefore(t *testing.T, ada *user) {
	me := decode[struct {
		User    struct{ Email string }
		Profile struct {
			AccountType          string
			CreditsProductShoots int
		}
	}](t, ada.get("/api/me"))
	assert.Equal(t, "ada@example.test", me.User.Email)
	assert.Equal(t, "paid", me.Profile.AccountType)
	assert.Equal(t, 3, me.Profile.CreditsProductShoots)

	page := decode[historyPage](t, ada.get("/api/history"))
	var ids []string
	for _, item := range page.Items {
		ids = append(ids, item.ID)
	}
	assert.Equal(t, []string{"film", "stuck", "refused", "edited", "made"}, ids)
	assert.Equal(t, apitest.PublicURL+"/api/history/made/asset", *page.Items[4].AssetURL)
	for _, path := range []string{"/asset", "/assets/0"} {
		asset := ada.get("/api/history/made" + path)
		assert.Equal(t, http.StatusOK, asset.Code, path)
		assert.Equal(t, apitest.PNG, asset.Body.String())
	}
	assert.Equal(t, http.StatusNotFound, ada.get("/api/history/edited/asset").Code, "it was never copied")
	detail := decode[struct {
		Item struct {
			Input struct{ ReferenceImage string }
		}
	}](t, ada.get("/api/history/edited"))
	assert.Equal(t, "data:image/png;base64,AA==", detail.Item.Input.ReferenceImage, "an old row keeps what it holds")
}

func assertLifeGoesOn(t *testing.T, ada *user) {
	signIn := func(password string) int {
		anonymous := &user{World: ada.World}
		return anonymous.do(http.MethodPost, "/api/auth/sign-in/email", `{"email":"ada@example.test","password":"`+password+`"}`, "Content-Type", "application/json").Code
	}
	assert.Equal(t, http.StatusOK, signIn(apitest.Password))
	assert.Equal(t, http.StatusUnauthorized, signIn("another horse"))

	ada.generate()
	assert.Equal(t, [2]int64{2, 4}, ada.balance())
	sweep(ada.World)
	ada.Later(time.Minute)
	sweep(ada.World)
	assert.Equal(t, [2]int64{2, 5}, ada.balance(), "the request that died is refunded, once")
	assert.Equal(t, "failed", ada.SQL("SELECT status FROM generation WHERE id = 'stuck'")[0].Text(0))

	require.Equal(t, http.StatusOK, ada.do(http.MethodDelete, "/api/history/made", "").Code)
	assert.NotContains(t, ada.Bucket.Objects, "users/U1/generations/made/output.png")
	assert.Equal(t, http.StatusNotFound, ada.get("/api/history/made").Code)
}
