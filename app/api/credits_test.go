package api_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api/apitest"
	"github.com/addreams/addreams/app/binding"
)

type ledgerEntry struct {
	ID, Reason, Credit, Workflow, CreatedAt string
	Delta                                   int64
	GenerationID, Note                      *string
}

type creditsAnswer struct {
	AccountType string
	Balance     map[string]int64
	Lifetime    map[string]map[string]int64
	Entries     []ledgerEntry
	Pagination  struct {
		Limit      int
		NextCursor *string
	}
}

func TestCredits(t *testing.T) {
	s := apitest.New(t)
	ada, bob := signUp(s, "ada"), signUp(s, "bob")
	bob.generate()
	id := ada.generate()
	s.Images.Answer = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadRequest) }
	ada.do(http.MethodPost, referenceRoute, `{"prompt":"p","referenceImageUrl":"https://a.test/b"}`)

	answer := ada.get("/api/credits")
	require.Equal(t, http.StatusOK, answer.Code, answer.Body)
	credits := decode[creditsAnswer](t, answer)
	assert.Equal(t, "free", credits.AccountType)
	assert.Equal(t, map[string]int64{"productShoots": 4, "adGraphics": 5}, credits.Balance)
	assert.Equal(t, map[string]int64{"productShoots": 5, "adGraphics": 5}, credits.Lifetime["received"])
	assert.Equal(t, map[string]int64{"productShoots": 1, "adGraphics": 0}, credits.Lifetime["spent"])
	require.Len(t, credits.Entries, 3)
	assert.Nil(t, credits.Pagination.NextCursor)
	refund, debit, first := credits.Entries[0], credits.Entries[1], credits.Entries[2]
	assert.Equal(t, []any{"generation_refund", int64(1), "adGraphics"}, []any{refund.Reason, refund.Delta, refund.Credit})
	assert.Equal(t, []any{"generation_debit", int64(-1), "adGraphics"}, []any{debit.Reason, debit.Delta, debit.Credit})
	assert.Equal(t, []any{"generation_debit", int64(-1), "productShoots", "image-from-text", id, "2026-02-10T12:00:00.000Z"},
		[]any{first.Reason, first.Delta, first.Credit, first.Workflow, *first.GenerationID, first.CreatedAt})

	assert.Equal(t, 1, s.DB.TripsOf(func() { ada.withTokenOnly().get("/api/credits") }))
	assert.Equal(t, http.StatusUnauthorized, (&user{World: s}).get("/api/credits").Code)
}

// A ledger is read in parts, each entry once, however many come meanwhile.
func TestCreditsByCursor(t *testing.T) {
	s := apitest.New(t)
	ada := signUp(s, "ada")
	add := func(n int) {
		s.SQL(`INSERT INTO credit_ledger (id, user_id, workflow, delta, reason, created_at) VALUES (?, ?, 'image-from-text', 1, 'grant', ?)`,
			fmt.Sprint("entry-", n), ada.id, 1770000000+n/4)
	}
	for n := range 25 {
		add(n)
	}

	var seen []string
	path := "/api/credits?limit=10"
	for range 5 {
		credits := decode[creditsAnswer](t, ada.get(path))
		for _, entry := range credits.Entries {
			seen = append(seen, entry.ID)
		}
		add(100 + len(seen)) // newer: it moves nothing
		if credits.Pagination.NextCursor == nil {
			break
		}
		path = "/api/credits?limit=10&cursor=" + *credits.Pagination.NextCursor
	}

	var want []string
	for n := 24; n >= 0; n-- {
		want = append(want, fmt.Sprint("entry-", n))
	}
	assert.Equal(t, want, seen)
	for _, cursor := range []string{"x", "%00", "MTc3MDAwMDAwMA", "LmE"} {
		refused := ada.get("/api/credits?cursor=" + cursor)
		assert.Equal(t, http.StatusBadRequest, refused.Code, cursor)
		assert.Equal(t, "INVALID_REQUEST", failure(t, refused), cursor)
	}
}

// A user's first look creates the profile, with as many credits as the setting says.
func TestSignUpCredits(t *testing.T) {
	cases := map[string]struct {
		setting string
		want    float64
	}{
		"unset": {"", 1}, "a hundred": {"100", 100}, "none": {"0", 0}, "a word": {"many", 1}, "negative": {"-1", 1},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			site := apitest.New(t)
			site.Env[binding.SignUpCredits] = tc.setting
			site.Start()
			ada := site.Browser()
			ada.SignUp("Ada")

			balance := map[string]any{"productShoots": tc.want, "adGraphics": tc.want}
			credits := ada.Get("/api/credits").JSON
			assert.Equal(t, balance, credits["balance"])
			assert.Equal(t, balance, credits["lifetime"].(map[string]any)["received"])
			profile := ada.Get("/api/me").JSON["profile"].(map[string]any)
			assert.Equal(t, tc.want, profile["creditsAdGraphics"])
		})
	}
}

func TestCreditsOfADeletedCursor(t *testing.T) {
	s := apitest.New(t)
	ada := signUp(s, "ada")
	for range 3 {
		ada.generate()
		s.Later(time.Second)
	}
	page := decode[creditsAnswer](t, ada.get("/api/credits?limit=1"))
	s.SQL("DELETE FROM credit_ledger WHERE id = ?", page.Entries[0].ID)
	assert.Len(t, decode[creditsAnswer](t, ada.get("/api/credits?cursor="+*page.Pagination.NextCursor)).Entries, 2)
}
