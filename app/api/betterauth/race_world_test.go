package betterauth_test

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"iter"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api"
	"github.com/addreams/addreams/app/api/apitest"
	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/d1test"
	"github.com/addreams/addreams/app/platform/native"
)

// raceWorld is a state of the database, and the browsers that are signed in. Every run begins with it.
type raceWorld struct {
	*apitest.World
	isolates     []*isolate
	rows         []d1.Statement               // that restore the database
	jars         map[string]map[string]string // cookies by browser
	owned        bool                         // the address was verified from the beginning
	databaseOnly bool                         // only trips to the database count as waits
	acts         func() []act
	linkWith     string // provider that browser B is linking, and the code of who consents
	linkCode     string
	key, keyID   string // an API key that browser A has made

	sets, interleavings int
	answers             map[string][]byte   // of the providers
	answered            []apitest.Answer    // to the acts of the last run
	seen                map[string]bool     // outcomes that were compared with the answers to requests
	reads               map[string][]string // who may read, by the sessions in the database
}

// isolate is one instance of the application. With a turn, the scheduler ends each of its waits.
type isolate struct {
	world *raceWorld
	app   *api.App
	turn  *apitest.Turn
}

func (i *isolate) wait() { i.turn.Wait() }

func (i *isolate) Batch(ctx context.Context, statements ...d1.Statement) ([]d1.Result, error) {
	i.wait()
	return i.world.DB.Batch(ctx, statements...)
}

func (i *isolate) RoundTrip(r *http.Request) (*http.Response, error) {
	if !i.world.databaseOnly {
		i.wait()
	}
	return i.world.answerOf(r)
}

// answerOf returns what the providers answer, which is signed only once, because the clock is stopped.
func (w *raceWorld) answerOf(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
	}

	key := r.URL.String() + string(body) + r.Header.Get("Authorization")
	if state, _, found := strings.Cut(key, "code_verifier"); found {
		key = state // the verifiers differ, the answers do not
	}
	said, known := w.answers[key]
	if !known {
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		response, err := w.Providers.RoundTrip(r)
		if err != nil {
			return nil, err
		}
		if said, err = io.ReadAll(response.Body); err != nil {
			return nil, err
		}
		w.answers[key] = said
	}

	return &http.Response{StatusCode: http.StatusOK, Request: r, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(string(said)))}, nil
}

func (i *isolate) scrypt(ctx context.Context, password, salt []byte, n, r, p, keyLen int) ([]byte, error) {
	if !i.world.databaseOnly {
		i.wait()
	}
	return apitest.QuickScrypt(ctx, password, salt, n, r, p, keyLen)
}

func newRaceWorld(t *testing.T) *raceWorld {
	w := &raceWorld{World: apitest.New(t), jars: map[string]map[string]string{}, seen: map[string]bool{}, reads: map[string][]string{}, answers: map[string][]byte{}}
	for range 3 {
		one := &isolate{world: w}
		p := w.Platform()
		p.DB, p.Scrypt, p.HTTP = one, one.scrypt, native.HTTPClient(one)
		apitest.Silent(&p)
		one.app = api.New(p)
		w.isolates = append(w.isolates, one)
	}
	return w
}

var raceTables = []string{"user", "session", "account", "verification", "user_cutoff", "used_id_token", "user_profile", "apikey", "quota"}

// keep makes the database and the cookies, as they are now, the beginning of every run.
func (w *raceWorld) keep(browsers map[string]*apitest.Browser) {
	for name, b := range browsers {
		w.jars[name] = maps.Clone(b.Cookies)
	}

	w.rows = nil
	for _, table := range slices.Backward(raceTables) {
		w.rows = append(w.rows, d1.SQL("DELETE FROM "+table))
	}

	for _, table := range raceTables {
		w.SQL("DROP TABLE IF EXISTS kept_" + table)
		w.SQL("CREATE TABLE kept_" + table + " AS SELECT * FROM " + table + " ORDER BY rowid")
		if w.Count("SELECT count(*) FROM "+table) > 0 {
			w.rows = append(w.rows, d1.SQL("INSERT INTO "+table+" SELECT * FROM kept_"+table))
		}
	}
}

func (w *raceWorld) restore() {
	_, err := w.DB.Database.Batch(w.T.Context(), w.rows...)
	require.NoError(w.T, err)
}

// browserOf makes the browser of an act, on the isolate of that number.
func (w *raceWorld) browserOf(a act, number int) *apitest.Browser {
	site := *w.World
	site.App = w.isolates[number].app
	b := site.Browser()
	maps.Copy(b.Cookies, w.jars[a.browser])
	return b
}

// outcome is who can sign in, and what the database has, after a run.
type outcome struct {
	answers   []string // per act: done or refused
	sessions  []string // of the browsers before, and of the acts, that the database knows
	reads     []string // the browsers before that may still read, with their session caches
	passwords []string
	accounts  []string // by provider
	keys      []string // API keys: the one of the beginning, and those that acts have made
	verified  bool
	name      string
}

// noUser is the name in an outcome without a user.
const noUser = "(no user)"

func (o outcome) String() string {
	return fmt.Sprintf("answers %v, sessions %v, reads %v, passwords %v, accounts %v, keys %v, verified %v, name %s",
		o.answers, o.sessions, o.reads, o.passwords, o.accounts, o.keys, o.verified, o.name)
}

func (w *raceWorld) outcome(acts []act, browsers []*apitest.Browser, answers []apitest.Answer) outcome {
	var o outcome
	rows, err := w.DB.Database.Batch(w.T.Context(),
		d1.SQL(`SELECT token FROM session`),
		d1.SQL(`SELECT provider_id, password FROM account ORDER BY provider_id`),
		d1.SQL(`SELECT id IN (SELECT id FROM kept_user), email_verified, name FROM user`),
		d1.SQL(`SELECT at FROM user_cutoff`),
		d1.SQL(`SELECT iif(id IN (SELECT id FROM kept_apikey), 'first', 'made') FROM apikey WHERE enabled ORDER BY 1`))
	require.NoError(w.T, err)
	tokens := map[string]bool{}
	for _, row := range d1test.Rows(w.T, rows[0]) {
		tokens[row.Text(0)] = true
	}
	var provider string
	var password *string
	require.NoError(w.T, rows[1].Each("accounts", func() {
		o.accounts = append(o.accounts, provider)
		for _, word := range racePasswords {
			if password != nil && fits(word, *password) {
				o.passwords = append(o.passwords, word)
			}
		}
	}, &provider, &password))
	require.LessOrEqual(w.T, len(rows[2].Rows), 1)
	var same bool // a user who registers after a deletion is another one
	o.name = noUser
	require.NoError(w.T, rows[2].Each("users", func() {}, &same, &o.verified, &o.name))
	for _, row := range d1test.Rows(w.T, rows[4]) {
		o.keys = append(o.keys, row.Text(0))
	}

	for i, a := range acts {
		o.answers = append(o.answers, map[bool]string{true: "done", false: "refused"}[a.done(answers[i])])
		if tokens[tokenOf(browsers[i].Cookies)] && browsers[i].Cookies[apitest.SessionToken] != w.jars[a.browser][apitest.SessionToken] {
			o.sessions = append(o.sessions, fmt.Sprint("of act ", i))
		}
	}
	for _, name := range []string{"A", "B"} {
		if tokens[tokenOf(w.jars[name])] {
			o.sessions = append(o.sessions, name)
		}
	}
	o.reads = w.readers(fmt.Sprint(tokens[tokenOf(w.jars["A"])], tokens[tokenOf(w.jars["B"])], same, rows[3].Rows))
	w.askAtTheDoor(o)
	return o
}

// readers returns the browsers of the beginning that may still read. It asks once per state of the database.
func (w *raceWorld) readers(state string) []string {
	if reads, known := w.reads[state]; known {
		return reads
	}
	var reads []string
	for _, name := range []string{"A", "B"} {
		b := w.browserOf(act{browser: name}, 0)
		if b.Get("/api/me").Code == http.StatusOK && b.Get("/api/auth/list-sessions").Code == http.StatusOK {
			reads = append(reads, name)
		}
	}
	w.reads[state] = reads
	return reads
}

// askAtTheDoor compares an outcome, once, with the answers to requests.
func (w *raceWorld) askAtTheDoor(o outcome) {
	if w.seen[o.String()] {
		return
	}
	w.seen[o.String()] = true
	for _, name := range []string{"A", "B"} {
		signedIn := w.browserOf(act{browser: name}, 0).SignedInAs() != ""
		require.Equal(w.T, slices.Contains(o.sessions, name), signedIn, "%s: %s", name, o)
	}
	opens := useKey(w.key)(w.browserOf(act{}, 0)).Code == http.StatusOK
	require.Equal(w.T, slices.Contains(o.keys, "first"), opens, "the key: %s", o)
	for _, word := range racePasswords {
		response := w.browserOf(act{}, 0).Post("/api/auth/sign-in/email", map[string]any{"email": "gina@example.test", "password": word})
		require.Equal(w.T, slices.Contains(o.passwords, word), response.Code == http.StatusOK, "%s: %s", word, o)
	}
}

// tokenOf is the session token of a jar, without its signature.
func tokenOf(cookies map[string]string) string {
	token, _, _ := strings.Cut(cookies[apitest.SessionToken], ".")
	return token
}

// fits reports whether a password is the one of a stored hash.
func fits(word, stored string) bool {
	salt, key, _ := strings.Cut(stored, ":")
	derived, _ := apitest.QuickScrypt(context.Background(), []byte(word), []byte(salt), 16384, 16, 1, 64)
	return hex.EncodeToString(derived) == key
}

func keysOf(set map[string]bool) iter.Seq[string] { return maps.Keys(set) }
