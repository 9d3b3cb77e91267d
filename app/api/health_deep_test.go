package api_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/addreams/addreams/app/api/apitest"
	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/platform/native"
)

type deepHealth struct {
	Status string
	Checks map[string]struct{ OK bool }
}

func TestDeepHealth(t *testing.T) {
	holder := []string{"Authorization", "Bearer migrate-token"}
	cases := map[string]struct {
		breaks  func(*apitest.World)
		failing string
	}{
		"all well":    {func(*apitest.World) {}, ""},
		"no database": {func(s *apitest.World) { s.DB.Fail = func(sql string) bool { return sql == "SELECT 1" } }, "database"},
		"an older schema": {func(s *apitest.World) {
			s.SQL("DELETE FROM d1_migrations WHERE name LIKE '0009%'")
			s.SQL("DELETE FROM addreams_migrations WHERE name LIKE '0009%'")
		}, "schema"},
		"no key":              {func(s *apitest.World) { delete(s.Env, binding.QwenKey); s.Start() }, "provider"},
		"no secret":           {func(s *apitest.World) { delete(s.Env, binding.AuthSecret); s.Start() }, "auth"},
		"no bucket":           {func(s *apitest.World) { s.Start(withoutBucket) }, "bucket"},
		"a bucket that fails": {func(s *apitest.World) { s.Start(func(p *platform.Platform) { p.Bucket = brokenBucket{p.Bucket} }) }, "bucket"},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			s := apitest.New(t, apitest.Silent)
			tc.breaks(s)
			answer := (&user{World: s}).get("/api/health?deep=1", holder...)
			body := decode[deepHealth](t, answer)

			assert.Len(t, body.Checks, 5)
			for check, result := range body.Checks {
				assert.Equal(t, check != tc.failing, result.OK, check)
			}
			if tc.failing == "" {
				assert.Equal(t, http.StatusOK, answer.Code)
				assert.Equal(t, "ok", body.Status)
				return
			}
			assert.Equal(t, http.StatusServiceUnavailable, answer.Code)
			assert.Equal(t, "failing", body.Status)
		})
	}
}

// brokenBucket has no object that can be opened.
type brokenBucket struct{ platform.Bucket }

func (brokenBucket) Get(context.Context, string) (*platform.Object, error) { return nil, native.ErrKey }

func TestDeepHealthIsForTheHolderOfTheToken(t *testing.T) {
	s := apitest.New(t, apitest.Silent)
	stranger := &user{World: s}
	trips := s.DB.TripsOf(func() {
		assert.Equal(t, http.StatusUnauthorized, stranger.get("/api/health?deep=1").Code)
		assert.Equal(t, http.StatusUnauthorized, stranger.get("/api/health?deep=1", "Authorization", "Bearer other").Code)
		assert.Equal(t, http.StatusOK, stranger.get("/api/health?deep=0").Code)
	})
	assert.Zero(t, trips)

	delete(s.Env, binding.MigrateToken)
	s.Start()
	assert.Equal(t, http.StatusNotFound, stranger.get("/api/health?deep=1", "Authorization", "Bearer").Code, "without a token there is no holder")
}
