// Package r2 empties R2 buckets over Cloudflare's REST API. Its callers choose which.
package r2

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"github.com/addreams/addreams/app/cloudflare"
)

// Empty deletes every object of a bucket, because a bucket with objects cannot be destroyed. It is no error if there is no
// such bucket.
func Empty(ctx context.Context, account cloudflare.Account, bucket string) error {
	var found struct{ Buckets []struct{ Name string } }
	if err := account.Get(ctx, "/r2/buckets", &found); err != nil {
		return err
	}
	if !slices.ContainsFunc(found.Buckets, func(b struct{ Name string }) bool { return b.Name == bucket }) {
		return nil
	}

	objects := "/r2/buckets/" + bucket + "/objects"
	for {
		var page []struct{ Key string }
		if err := account.Get(ctx, objects, &page); err != nil || len(page) == 0 {
			return err
		}
		for _, object := range page {
			key := url.URL{Path: object.Key} // escapes all but the slashes
			if err := account.Set(ctx, http.MethodDelete, objects+"/"+key.EscapedPath(), nil, nil); err != nil {
				return err
			}
		}
	}
}
