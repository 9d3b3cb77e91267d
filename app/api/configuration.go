package api

import (
	"sync/atomic"

	"github.com/rs/zerolog"

	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/app/platform"
)

// configurationReport logs once what the deployment left out or set wrong, with what to do about it.
type configurationReport struct{ logged atomic.Bool }

func (c *configurationReport) log(log zerolog.Logger, p platform.Platform) {
	if c.logged.Swap(true) {
		return
	}

	logMissing(log, p)
	logShortSecrets(log, p)
	if to := p.Env(binding.FreeCreditsFor); verifiedOnly(p.Env) && to != "verified" {
		log.Error().Str("binding", binding.FreeCreditsFor).Msg("is neither everyone nor verified, and is taken for verified")
	}
	if _, ok := signUpCredits(p.Env); !ok {
		log.Error().Str("binding", binding.SignUpCredits).Msg("is not a whole number, 0 or more: new users get 1 credit of each kind")
	}
	if _, ok := historyRetention(p.Env); !ok {
		log.Error().Str("binding", binding.HistoryRetention).Msg("is not a whole number of days, 0 to 32767: generations are kept for ever")
	}
	if sellingIsHalfSet(p.Env) {
		log.Error().Str("binding", binding.CreditPacks).Str("beside", binding.StripeSecretKey+", "+binding.StripeWebhookSecret).
			Msg("no credits are sold: one of the three is missing, or the packs can't be read")
	}
	if _, err := dailyLimit(p.Env); err != nil {
		log.Error().Str("binding", binding.DailyGenerations).Err(err).Msg("no generation begins until this is corrected")
	}
}

func logMissing(log zerolog.Logger, p platform.Platform) {
	for _, wanted := range binding.Required() {
		if wanted.Kind != binding.D1 && p.Env(wanted.Name) == "" {
			log.Error().Str("binding", wanted.Name).Str("meaning", wanted.Meaning).
				Msg("binding is missing: set it in the stack's configuration and deploy again")
		}
	}
	if p.Bucket == nil {
		log.Warn().Str("binding", binding.Bucket).Msg("binding is missing: images are not kept beyond the provider's 24 hours")
	}
}

func logShortSecrets(log zerolog.Logger, p platform.Platform) {
	if secret := p.Env(binding.AuthSecret); secret != "" && shortSecret(secret) {
		log.Error().Str("binding", binding.AuthSecret).Int("needed", minSecret).
			Msg("the key of cookies is too short, so nobody can sign in: set a longer one (openssl rand -base64 32) in the stack's configuration and deploy again")
	}
	if secret := p.Env(binding.ClientAddressSecret); secret != "" && shortSecret(secret) {
		log.Error().Str("binding", binding.ClientAddressSecret).Int("needed", minSecret).
			Msg("the proxy's key is too short, so its clients' addresses are ignored: set a longer one here and at the proxy (openssl rand -base64 32)")
	}
}
