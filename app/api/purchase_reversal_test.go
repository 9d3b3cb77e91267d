package api_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api/apitest"
	"github.com/addreams/addreams/app/store"
)

func TestReversals(t *testing.T) {
	paid := func(s *apitest.World) string { return s.Stripe.Paid("evt_paid", 0) }
	refund := func(id string, amount int64) func(*apitest.World) string {
		return func(*apitest.World) string { return apitest.StripeRefunded(id, 0, amount) }
	}
	dispute := func(id, kind, status string) func(*apitest.World) string {
		return func(*apitest.World) string { return apitest.StripeDisputed(id, kind, 0, 1000, status) }
	}
	opened, won, lost := dispute("evt_d1", "created", "needs_response"), dispute("evt_d2", "closed", "won"), dispute("evt_d3", "closed", "lost")
	prevented := func(id string, moved ...map[string]any) func(*apitest.World) string {
		return func(*apitest.World) string {
			return apitest.StripeEvent(id, "charge.dispute.closed", map[string]any{
				"id": "dp_0", "payment_intent": "pi_0", "amount": 1000, "currency": "usd", "status": "prevented", "balance_transactions": moved,
			})
		}
	}
	withdrawn, reinstated := map[string]any{"amount": -1000}, map[string]any{"amount": 1000}
	foreign := func(id, kind, status string) func(*apitest.World) string {
		return func(*apitest.World) string {
			return apitest.StripeEvent(id, "charge.dispute."+kind, map[string]any{
				"id": "dp_0", "payment_intent": "pi_0", "amount": 150, "currency": "jpy", "status": status,
			})
		}
	}
	spend := func(s *apitest.World) string {
		s.SQL("UPDATE user_profile SET credits_product_shoots = 3")
		s.SQL("INSERT INTO credit_ledger (id, user_id, workflow, delta, reason, created_at) SELECT 'spent', user_id, 'image-from-text', -12, 'grant', 1 FROM user_profile")
		return ""
	}
	cases := map[string]struct {
		events []func(*apitest.World) string
		want   [2]int64
		notes  []string
	}{
		"a refund":                           {[]func(*apitest.World) string{paid, refund("r", 1000)}, [2]int64{5, 5}, nil},
		"a refund before the purchase":       {[]func(*apitest.World) string{refund("r", 1000), paid}, [2]int64{5, 5}, nil},
		"a refund of a part":                 {[]func(*apitest.World) string{paid, refund("r", 333)}, [2]int64{12, 9}, nil},
		"a refund in parts":                  {[]func(*apitest.World) string{paid, refund("r1", 300), refund("r2", 1000)}, [2]int64{5, 5}, nil},
		"a refund in parts, in disorder":     {[]func(*apitest.World) string{refund("r2", 1000), paid, refund("r1", 300)}, [2]int64{5, 5}, nil},
		"a refund of what was spent":         {[]func(*apitest.World) string{paid, spend, refund("r", 1000)}, [2]int64{0, 5}, []string{"7 more were already spent"}},
		"a dispute":                          {[]func(*apitest.World) string{paid, opened}, [2]int64{5, 5}, nil},
		"a dispute that is lost":             {[]func(*apitest.World) string{paid, opened, lost}, [2]int64{5, 5}, nil},
		"a dispute that is won":              {[]func(*apitest.World) string{paid, opened, won}, [2]int64{15, 10}, nil},
		"a dispute that is won, in disorder": {[]func(*apitest.World) string{won, opened, paid}, [2]int64{15, 10}, nil},
		"a dispute of what was spent, won":   {[]func(*apitest.World) string{paid, spend, opened, won}, [2]int64{3, 10}, []string{"7 more were already spent"}},
		"a refund and a dispute":             {[]func(*apitest.World) string{paid, refund("r", 1000), opened}, [2]int64{5, 5}, nil},
		"a refund of a part, a dispute won":  {[]func(*apitest.World) string{paid, refund("r", 500), opened, won}, [2]int64{10, 8}, nil},
		"a dispute in another currency":      {[]func(*apitest.World) string{paid, foreign("f1", "created", "needs_response")}, [2]int64{5, 5}, nil},
		"the same, won":                      {[]func(*apitest.World) string{paid, foreign("f1", "created", "needs_response"), foreign("f2", "closed", "won")}, [2]int64{15, 10}, nil},
		"a dispute that is blocked":          {[]func(*apitest.World) string{paid, opened, prevented("p")}, [2]int64{15, 10}, nil},
		"a dispute that ends by a refund":    {[]func(*apitest.World) string{paid, prevented("p", withdrawn), refund("r", 1000)}, [2]int64{5, 5}, nil},
		"a dispute that was reinstated":      {[]func(*apitest.World) string{paid, opened, prevented("p", withdrawn, reinstated)}, [2]int64{15, 10}, nil},
		"an inquiry":                         {[]func(*apitest.World) string{paid, dispute("i", "created", "warning_needs_response")}, [2]int64{15, 10}, nil},
		"an inquiry that becomes a dispute":  {[]func(*apitest.World) string{paid, dispute("i", "created", "warning_needs_response"), dispute("u", "updated", "needs_response")}, [2]int64{5, 5}, nil},
		"of another payment":                 {[]func(*apitest.World) string{paid, func(*apitest.World) string { return apitest.StripeRefunded("r", 9, 1000) }}, [2]int64{15, 10}, nil},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			s := apitest.New(t)
			ada := buyer(s)
			for _, event := range tc.events {
				if body := event(s); body != "" {
					s.Delivered(body)
					s.Delivered(body) // again
				}
				if name != "a refund of what was spent" && name != "a dispute of what was spent, won" {
					assertBooks(t, ada)
				}
			}

			assert.Equal(t, tc.want, ada.balance())
			var notes []string
			for _, row := range s.SQL("SELECT note FROM credit_ledger WHERE reason <> 'purchase' AND note IS NOT NULL") {
				notes = append(notes, row.Text(0))
			}
			assert.Equal(t, tc.notes, notes)
		})
	}
}

// A user who was deleted is refunded at Stripe, and gets no credits any more.
func TestPurchaseOfADeletedUser(t *testing.T) {
	s := apitest.New(t)
	ada := buyer(s)
	_, _ = ada.checkout(starter)
	s.Delivered(s.Stripe.Paid("evt_1", 0))
	_, err := store.New(s.DB).DeleteUser(t.Context(), ada.id, s.Now())
	require.NoError(t, err)

	s.Delivered(s.Stripe.Paid("evt_2", 0))
	s.Delivered(s.Stripe.Paid("evt_3", 1))
	s.Delivered(apitest.StripeRefunded("evt_4", 0, 1000))

	assert.Empty(t, s.SQL("SELECT 1 FROM user_profile"))
	assert.Equal(t, int64(15), s.Count("SELECT sum(delta) FROM credit_ledger"), "as it was bought")
	assert.Len(t, s.SQL("SELECT 1 FROM credit_purchase"), 1, "what was paid stays in the books")
}

// In whatever order events come, however often, and whatever is spent between them, the ledger's sum is the balance, which is never
// below zero; and once all have come and nothing was spent, it is the same.
func TestEventsInAnyOrder(t *testing.T) {
	for seed := range uint64(60) {
		random := rand.New(rand.NewPCG(seed, 0))
		s := apitest.New(t, apitest.Silent)
		ada := signUp(s, "ada")
		var events []string
		want := [2]int64{5, 5}
		for session := range 3 {
			status, _ := ada.checkout(starter)
			require.Equal(t, http.StatusOK, status)
			events = append(events, s.Stripe.Paid(fmt.Sprint("paid", session), session))
			returned, refunds := int64(0), random.IntN(3)
			for part := range refunds {
				returned += 100 + random.Int64N(400)
				events = append(events, apitest.StripeRefunded(fmt.Sprint("refund", session, part), session, returned))
			}
			end := []string{"", "open", "won", "lost"}[random.IntN(4)]
			if end != "" {
				events = append(events, apitest.StripeDisputed(fmt.Sprint("opened", session), "created", session, 600, "needs_response"))
			}
			if end == "won" || end == "lost" {
				events = append(events, apitest.StripeDisputed(fmt.Sprint("closed", session), "closed", session, 600, end))
			}
			if end == "open" || end == "lost" {
				returned += 600
			}
			returned = min(returned, 1000)
			want[0] += 10 - 10*returned/1000
			want[1] += 5 - 5*returned/1000
		}
		for range 5 {
			events = append(events, events[random.IntN(len(events))]) // delivered again
		}
		random.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })

		spends := random.IntN(2) == 1
		for _, body := range events {
			s.Delivered(body)
			if balance := ada.balance(); spends && balance[0] > 0 {
				spent := 1 + random.Int64N(balance[0])
				s.SQL("UPDATE user_profile SET credits_product_shoots = credits_product_shoots - ?", spent)
				s.SQL(`INSERT INTO credit_ledger (id, user_id, workflow, delta, reason, created_at)
					VALUES (hex(randomblob(8)), ?, 'image-from-text', ?, 'grant', 1)`, ada.id, -spent)
			}
			assertBooks(t, ada, "seed %d", seed)
		}
		if !spends {
			assert.Equal(t, want, ada.balance(), "seed %d", seed)
		}
	}
}
