package d1http

import (
	"net/http"
	"strings"

	"github.com/addreams/addreams/app/cloudflare"
	"github.com/addreams/addreams/app/d1"
)

// sqlRefused is Cloudflare's code for any query that D1 refuses, with status 400 or in some cases 500.
const sqlRefused = 7500

// refused returns a *d1.Error if the error is about the SQL, and otherwise the API's error with advice.
func refused(answer *cloudflare.Error) error {
	message, ofSQLite := sqliteMessage(answer.Message)
	if ofSQLite || answer.Code == sqlRefused && answer.Status < 500 {
		return &d1.Error{Message: message}
	}
	answer.Advice = advice(answer.Status)
	return answer
}

// sqliteMessage returns SQLite's message without what D1 adds around it, and whether there is one: "D1_ERROR: UNIQUE constraint failed: user.email: SQLITE_CONSTRAINT".
func sqliteMessage(message string) (own string, ofSQLite bool) {
	own, _, ofSQLite = strings.Cut(strings.TrimPrefix(message, "D1_ERROR: "), ": SQLITE_")
	return own, ofSQLite
}

func advice(status int) string {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return "Check the API token: it needs the permission D1:Edit on this account (D1:Read is enough to look), and must not have expired."
	case http.StatusNotFound:
		return "Check the IDs of the account and the database: npx wrangler d1 list, or pulumi stack output."
	}
	return ""
}
