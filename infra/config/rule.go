package config

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/addreams/addreams/app/binding"
)

// rule reports what is wrong with a value that is not empty, "" if nothing is, and how it would be right; "" leaves that to
// the binding's example. The message never holds a secret.
type rule func(stack, value string) (fault, right string)

var rules = map[binding.Rule]rule{
	binding.PublicOrigin:  publicOrigin,
	binding.TrustedOrigin: trustedOrigins,

	binding.Region:       oneOf(binding.Regions()...),
	binding.Workspace:    workspace,
	binding.BaseURL:      baseURL,
	binding.TextModel:    textModel,
	binding.PhotoModel:   photoModel,
	binding.Model:        model,
	binding.Milliseconds: milliseconds,
	binding.Hosts:        hosts,
	binding.CreditsFor:   oneOf("everyone", "verified"),
	binding.Count:        count,
	binding.Prices:       prices,

	binding.SigningKey:     signingKey,
	binding.BearerToken:    bearerToken,
	binding.EncryptionKeys: encryptionKeys,
	binding.HeaderText:     headerText,
	binding.GoogleID:       googleID,
	binding.CreditPackList: creditPacks,
	binding.StripeKey:      stripeKey,
	binding.StripeWebhook:  stripeWebhook,
}

// maxVariable is how large a variable or secret of a Worker may be, in bytes:
// https://developers.cloudflare.com/workers/platform/limits/#environment-variables.
const maxVariable = 5 << 10

// checkValue reports what is wrong with the value of a binding.
func (r *reader) checkValue(b binding.Binding, value string) {
	if value == "" {
		if b.MustSet {
			r.bindingProblem(b, "is missing", "")
		}
		return
	}
	if len(value) > maxVariable {
		r.bindingProblem(b, "is larger than the 5 kB that Cloudflare allows", "<a shorter value>")
	}
	if fault, right := rules[b.Rule](r.ctx.Stack(), value); fault != "" {
		r.bindingProblem(b, fault, right)
	}
}

func oneOf(values ...string) rule {
	return func(_, value string) (fault, right string) {
		for _, allowed := range values {
			if value == allowed {
				return "", ""
			}
		}
		return fmt.Sprintf("is %q, not %s", value, strings.Join(values, " or ")), ""
	}
}

// Forms of DashScope's model names. textOnly are the models that take no photo.
var (
	modelName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{0,62}[a-z0-9]$`)
	textOnly  = regexp.MustCompile(`^qwen-image(-max|-plus)?(-\d{4}-\d{2}-\d{2})?$`)
)

func textModel(_, value string) (fault, right string) {
	if !modelName.MatchString(value) || strings.Contains(value, "-edit") {
		return fmt.Sprintf("is %q, not the name of a model that makes an image from text", value), ""
	}
	return "", ""
}

func photoModel(_, value string) (fault, right string) {
	if !modelName.MatchString(value) || textOnly.MatchString(value) {
		return fmt.Sprintf("is %q, not the name of a model that takes a photo", value), ""
	}
	return "", ""
}

func model(_, value string) (fault, right string) {
	if !modelName.MatchString(value) {
		return fmt.Sprintf("is %q, not the name of a model", value), ""
	}
	return "", ""
}

func milliseconds(_, value string) (fault, right string) {
	if timeout, err := strconv.ParseUint(value, 10, 32); err != nil || timeout < 1000 || timeout > 300_000 {
		return "is not between 1000 and 300000 milliseconds", ""
	}
	return "", ""
}

func count(_, value string) (fault, right string) {
	if number, err := strconv.Atoi(value); err != nil || number < 0 || value != strconv.Itoa(number) {
		return "is not a whole number, 0 or more", ""
	}
	return "", ""
}

func prices(_, value string) (fault, right string) {
	if _, err := binding.ParsePrices(value); err != nil {
		return err.Error(), ""
	}
	return "", ""
}

func hosts(_, value string) (fault, right string) {
	for _, host := range binding.List(value) {
		if !isHostname(host) {
			return fmt.Sprintf("has %q, which is not a hostname: write it in lower case, without scheme, port or wildcard", host), ""
		}
	}
	return "", ""
}
