package api

import (
	"github.com/addreams/addreams/app/binding"
)

// packsFor returns the packs of credits that are sold: nil unless Stripe's keys are set, and packs that can be read.
func packsFor(env func(name string) string) []binding.Pack {
	packs, err := binding.ParsePacks(env(binding.CreditPacks))
	if err != nil || env(binding.StripeSecretKey) == "" || env(binding.StripeWebhookSecret) == "" {
		return nil
	}
	return packs
}

// sellingIsHalfSet reports whether some settings of selling credits are there, but not all that it takes.
func sellingIsHalfSet(env func(name string) string) bool {
	set := env(binding.CreditPacks) + env(binding.StripeSecretKey) + env(binding.StripeWebhookSecret)
	return set != "" && packsFor(env) == nil
}

// packBody is a pack that a user can buy.
type packBody struct {
	ID            string `json:"id"`
	ProductShoots int64  `json:"productShoots"`
	AdGraphics    int64  `json:"adGraphics"`
	Amount        int64  `json:"amount"` // in the currency's smallest unit
	Currency      string `json:"currency"`
}

// packBodies are nil if nothing is sold.
func (a *App) packBodies() []packBody {
	var bodies []packBody
	for _, pack := range a.packs {
		bodies = append(bodies, packBody{pack.ID, pack.ProductShoots, pack.AdGraphics, pack.Amount, pack.Currency})
	}
	return bodies
}
