package hook

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/addreams/addreams/app/cloudflare"
)

// rule is a lifecycle rule of a bucket, of which only the name is read; rules of others are sent back as they came.
// https://developers.cloudflare.com/api/resources/r2/subresources/buckets/subresources/lifecycle/
type rule = json.RawMessage

const (
	leftovers = "addreams-leftovers" // the rule's name
	dayOfRule = 86_400               // seconds

	// leftoverDays is how much longer than its generation an object is kept. The schedule, which knows what is still in a
	// history, has deleted it long before, unless it has lost sight of it.
	leftoverDays = 30
)

// expireLeftovers sets the rule that deletes objects which have outlived every generation, or removes it if generations are
// kept for ever. retention is in days; "" or 0 is for ever. Other rules of the bucket stay.
func expireLeftovers(ctx context.Context, account cloudflare.Account, bucket, retention string) error {
	days, err := strconv.Atoi(retention)
	if err != nil {
		days = 0 // it is no whole number only if it is empty
	}
	path := "/r2/buckets/" + url.PathEscape(bucket) + "/lifecycle"
	var found struct{ Rules []rule }
	if err := account.Get(ctx, path, &found); err != nil {
		return err
	}

	wanted := slices.DeleteFunc(slices.Clone(found.Rules), isLeftovers)
	if days > 0 {
		wanted = append(wanted, leftoverRule(days))
	} else if len(wanted) == len(found.Rules) {
		return nil
	}
	return account.Set(ctx, http.MethodPut, path, map[string]any{"rules": wanted}, nil)
}

func isLeftovers(one rule) bool {
	var named struct{ ID string }
	return json.Unmarshal(one, &named) == nil && named.ID == leftovers
}

func leftoverRule(days int) rule {
	age := (days + leftoverDays) * dayOfRule
	return rule(`{"id":"` + leftovers + `","enabled":true,"conditions":{"prefix":""},` +
		`"deleteObjectsTransition":{"condition":{"type":"Age","maxAge":` + strconv.Itoa(age) + `}}}`)
}
