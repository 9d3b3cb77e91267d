package api_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api/apitest"
	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/app/d1/sqlite"
	"github.com/addreams/addreams/app/platform"
)

func TestMigrate(t *testing.T) {
	empty, err := sqlite.Open(sqlite.Memory)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, empty.Close()) })

	s := apitest.New(t, func(p *platform.Platform) { p.DB = empty })
	anonymous := &user{World: s}

	for _, header := range []string{"", "Bearer", "Bearer wrong", "Basic migrate-token", "migrate-token"} {
		response := anonymous.do(http.MethodPost, "/api/migrate", "", "Authorization", header)
		assert.Equal(t, http.StatusUnauthorized, response.Code, header)
	}
	type report struct {
		Migrations []struct{ Name, Outcome string }
	}
	response := anonymous.do(http.MethodPost, "/api/migrate", "", "Authorization", "Bearer migrate-token")
	require.Equal(t, http.StatusOK, response.Code, response.Body)
	applied := decode[report](t, response).Migrations
	assert.Equal(t, "0000_windy_nicolaos.sql", applied[0].Name)
	assert.Equal(t, "applied", applied[0].Outcome)

	response = anonymous.do(http.MethodPost, "/api/migrate", "", "Authorization", "Bearer migrate-token")
	assert.Empty(t, decode[report](t, response).Migrations, "a second time there is nothing to do")
	assert.Equal(t, http.StatusNotFound, anonymous.get("/api/migrate", "Authorization", "Bearer migrate-token").Code)
}

func TestMigrateIsNotThere(t *testing.T) {
	s := apitest.New(t, func(p *platform.Platform) {
		configured := p.Env
		p.Env = func(name string) string {
			if name == binding.MigrateToken {
				return ""
			}
			return configured(name)
		}
	})
	anonymous := &user{World: s}
	response := anonymous.do(http.MethodPost, "/api/migrate", "", "Authorization", "Bearer ")

	assert.Equal(t, http.StatusNotFound, response.Code)
	assert.JSONEq(t, `{"error":"Not found"}`, response.Body.String())
}
