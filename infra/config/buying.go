package config

import (
	"strings"

	"github.com/addreams/addreams/app/binding"
)

func creditPacks(_, value string) (fault, right string) {
	if _, err := binding.ParsePacks(value); err != nil {
		return err.Error(), ""
	}
	return "", ""
}

func stripeKey(stack, value string) (fault, right string) {
	if !strings.HasPrefix(value, "sk_") && !strings.HasPrefix(value, "rk_") {
		return "is not a secret or restricted key of Stripe's, which begin with sk_ and rk_", ""
	}
	return headerText(stack, value)
}

func stripeWebhook(stack, value string) (fault, right string) {
	if !strings.HasPrefix(value, "whsec_") {
		return "is not the signing secret of a webhook endpoint, which begins with whsec_", ""
	}
	return headerText(stack, value)
}

// checkBuying reports what is missing if only some of the settings for buying credits are there.
func checkBuying(r *reader, s Stack) {
	_, key := s.Secrets[binding.StripeSecretKey]
	_, webhook := s.Secrets[binding.StripeWebhookSecret]
	packs := s.Variables[binding.CreditPacks] != ""
	if key == webhook && webhook == packs {
		return
	}
	for name, set := range map[string]bool{
		binding.StripeSecretKey: key, binding.StripeWebhookSecret: webhook, binding.CreditPacks: packs,
	} {
		if !set {
			r.bindingProblem(binding.Of(name), "is missing: credits are sold with stripeSecretKey, stripeWebhookSecret and creditPacks together", "")
		}
	}
}
