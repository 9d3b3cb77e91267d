package api_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

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
		breaks  func(*studio)
		failing string
	}{
		"all well":    {func(*studio) {}, ""},
		"no database": {func(s *studio) { s.db.fail = func(sql string) bool { return sql == "SELECT 1" } }, "database"},
		"an older schema": {func(s *studio) {
			s.sql("DELETE FROM d1_migrations WHERE name LIKE '0009%'")
			s.sql("DELETE FROM addreams_migrations WHERE name LIKE '0009%'")
		}, "schema"},
		"no key":              {func(s *studio) { delete(s.env, binding.QwenKey) }, "provider"},
		"no secret":           {func(s *studio) { delete(s.env, binding.AuthSecret) }, "auth"},
		"no bucket":           {func(s *studio) { s.platform.Bucket = nil }, "bucket"},
		"a bucket that fails": {func(s *studio) { s.platform.Bucket = brokenBucket{s.bucket} }, "bucket"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			s := newStudio(t, silent)
			tc.breaks(s)
			s.restart()
			answer := (&user{studio: s}).get("/api/health?deep=1", holder...)
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
	s := newStudio(t, silent)
	stranger := &user{studio: s}
	trips := s.db.tripsOf(func() {
		assert.Equal(t, http.StatusUnauthorized, stranger.get("/api/health?deep=1").Code)
		assert.Equal(t, http.StatusUnauthorized, stranger.get("/api/health?deep=1", "Authorization", "Bearer other").Code)
		assert.Equal(t, http.StatusOK, stranger.get("/api/health?deep=0").Code)
	})
	assert.Zero(t, trips)

	delete(s.env, binding.MigrateToken)
	s.restart()
	assert.Equal(t, http.StatusNotFound, stranger.get("/api/health?deep=1", "Authorization", "Bearer").Code, "without a token there is no holder")
}
