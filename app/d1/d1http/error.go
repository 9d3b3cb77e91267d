package d1http

import (
	"net/http"
	"strings"

	"github.com/addreams/addreams/app/cloudflare"
	"github.com/addreams/addreams/app/d1"
)

// sqlRefused is Cloudflare's code for whatever D1 has against a query, with status 400 or, for some, 500.
const sqlRefused = 7500

// refused returns a *d1.Error for what is about the SQL, and else the API's error with advice.
func refused(answer *cloudflare.Error) error {
	message, ofSQLite := sqliteMessage(answer.Message)
	if ofSQLite || answer.Code == sqlRefused && answer.Status < 500 {
		return &d1.Error{Message: message}
	}
	answer.Advice = advice(answer.Status)
	return answer
}

// sqliteMessage cuts D1's frame off SQLite's words: "D1_ERROR: UNIQUE constraint failed: user.email: SQLITE_CONSTRAINT".
func sqliteMessage(message string) (own string, ofSQLite bool) {
	own, _, ofSQLite = strings.Cut(strings.TrimPrefix(message, "D1_ERROR: "), ": SQLITE_")
	return own, ofSQLite
}

func advice(status int) string {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return "Check the API token: it needs the permission D1:Edit on this account, and must not have expired."
	case http.StatusNotFound:
		return "Check the account's and the database's id: npx wrangler d1 list, or pulumi stack output."
	}
	return ""
}
