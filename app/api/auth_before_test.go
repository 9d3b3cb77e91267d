package api_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"golang.org/x/crypto/scrypt"

	"github.com/addreams/addreams/app/api"
	"github.com/addreams/addreams/app/api/apitest"
	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/migrations"
)

// What the TypeScript service wrote, with its secret: a user with a password and a Google account, a session, and its cookie.
const (
	secretBefore = "contract-test-secret"
	cookieBefore = "Zk3abc.CpjvyBzKqPsnzfYuqa%2BuY8ZA6GGvT7nuxRipAVeOyOo%3D"
)

var rowsBefore = []string{
	`INSERT INTO user VALUES ('U1', 'Ada', 'ada@example.test', 1, NULL, 1770000000, 1770000000)`,
	`INSERT INTO account VALUES ('A1', 'U1', 'credential', 'U1', NULL, NULL, NULL, NULL, NULL, NULL, '000102030405060708090a0b0c0d0e0f:` +
		`9372e2d20f7c9ba55e54d10569dfe24824c5765383f46b040e9ac7b33041339c514173900cb63a37c935c0e2f40cfe2cb39bee5fe58f54715c1fd913c4638373', 1770000000, 1770000000)`,
	`INSERT INTO account VALUES ('A2', 'sub-ada', 'google', 'U1', 'at', 'rt', NULL, 1770003600, NULL, 'openid,email', NULL, 1770000000, 1770000000)`,
	`INSERT INTO session VALUES ('S1', 1771300000, 'Zk3abc', 1770000000, 1770724800, '', 'Firefox', 'U1')`,
}

// Users of the TypeScript service notice nothing: their cookies, passwords and linked accounts stay valid.
func TestUsersOfTheServiceBefore(t *testing.T) {
	site := apitest.NewOn(t, apitest.EmptyDB(t))
	site.Migrate(filesBefore(t))
	for _, row := range rowsBefore {
		site.SQL(row)
	}
	site.Migrate(migrations.FS)
	api.AcceptShortSecrets(t)
	site.Env[binding.AuthSecret], site.Scrypt = secretBefore, nodeScrypt
	site.Start()

	ada := site.Browser()
	ada.Cookies[apitest.SessionToken] = cookieBefore
	assert.Equal(t, "ada@example.test", ada.SignedInAs())
	assert.Equal(t, http.StatusOK, site.Browser().SignIn("Ada").Code)
	assert.Contains(t, ada.Get("/api/auth/list-accounts").Body.String(), `"accountId":"sub-ada"`)
	assert.Equal(t, `{"status":true}`, ada.Post("/api/auth/unlink-account", map[string]any{"providerId": "google"}).Body.String())
}

// nodeScrypt is the real scrypt, which is what node:crypto has.
func nodeScrypt(_ context.Context, password, salt []byte, n, r, p, keyLen int) ([]byte, error) {
	return scrypt.Key(password, salt, n, r, p, keyLen)
}
