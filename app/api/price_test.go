package api_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api/apitest"
	"github.com/addreams/addreams/app/binding"
)

// pricedStudio is one in which an image from text costs three credits.
func pricedStudio(t *testing.T) *apitest.World {
	s := apitest.New(t)
	s.Env[binding.CreditPrices] = "qwen-image-max=3, qwen-image-3.0-pro=9"
	s.Start()
	return s
}

func TestPriceIsTaken(t *testing.T) {
	s := pricedStudio(t)
	ada := signUp(s, "ada")

	response := ada.do(http.MethodPost, textRoute, wish)

	require.Equal(t, http.StatusOK, response.Code, response.Body)
	assert.Contains(t, response.Body.String(), `"credits":{"productShoots":2,"adGraphics":5}`)
	assert.EqualValues(t, -3, s.Count("SELECT delta FROM credit_ledger"))
	assert.Contains(t, ada.get("/api/workflows").Body.String(), `"workflow":"image-from-text","available":true,"cost":{"productShoots":3,"adGraphics":0}`)
	assert.Contains(t, ada.get("/api/credits").Body.String(), `"lifetime":{"received":{"productShoots":5,"adGraphics":5},"spent":{"productShoots":3,"adGraphics":0}}`)
}

// Who has too little is told how much it takes.
func TestPriceIsTooHigh(t *testing.T) {
	s := pricedStudio(t)
	ada := signUp(s, "ada")
	require.Equal(t, http.StatusOK, ada.do(http.MethodPost, textRoute, wish).Code)

	response := ada.do(http.MethodPost, textRoute, wish)

	require.Equal(t, http.StatusPaymentRequired, response.Code, response.Body)
	body := decode[struct {
		Error         struct{ Code, Message string }
		Credits, Cost map[string]int64
	}](t, response)
	assert.Equal(t, "OUT_OF_CREDITS", body.Error.Code)
	assert.Equal(t, "This order costs 3 credits, and you do not have as many.", body.Error.Message)
	assert.Equal(t, map[string]int64{"productShoots": 2, "adGraphics": 5}, body.Credits)
	assert.Equal(t, map[string]int64{"productShoots": 3, "adGraphics": 0}, body.Cost)
	assert.Equal(t, [2]int64{2, 5}, ada.balance())
}

// A refund is what was taken, whatever the price is by then.
func TestPriceIsRefunded(t *testing.T) {
	s := pricedStudio(t)
	ada := signUp(s, "ada")
	s.Images.Answer = func(w http.ResponseWriter, _ *http.Request) {
		assert.Equal(t, [2]int64{2, 5}, ada.balance())
		s.Env[binding.CreditPrices] = "qwen-image-max=7"
		s.Start()
		w.WriteHeader(http.StatusTooManyRequests)
	}

	assert.Equal(t, http.StatusBadGateway, ada.do(http.MethodPost, textRoute, wish).Code)

	assert.Equal(t, [2]int64{5, 5}, ada.balance())
	assert.EqualValues(t, 3, s.Count("SELECT delta FROM credit_ledger WHERE reason = 'generation_refund'"))
}

// A generation whose debit is not in the ledger is one of the service before, and cost one credit.
func TestRefundWithoutDebit(t *testing.T) {
	s := pricedStudio(t)
	ada := signUp(s, "ada")
	s.SQL(`INSERT INTO generation (id, user_id, workflow, status, input_json, created_at, updated_at) VALUES ('old', ?, 'image-from-text', 'pending', '{}', 1, 1)`, ada.id)

	sweep(s)

	assert.Equal(t, [2]int64{6, 5}, ada.balance())
}

// With wrong prices nothing is sold.
func TestPricesAreWrong(t *testing.T) {
	s := apitest.New(t)
	s.Env[binding.CreditPrices] = "qwen-image-max=0"
	s.Start()
	ada := signUp(s, "ada")

	response := ada.do(http.MethodPost, textRoute, wish)

	assert.Equal(t, http.StatusInternalServerError, response.Code)
	assert.Contains(t, response.Body.String(), "CREDIT_PRICES has a price of qwen-image-max that is not a whole number between 1 and 100000.")
	assert.Equal(t, [2]int64{5, 5}, ada.balance())
}
