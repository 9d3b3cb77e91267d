package stack

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Call sends a request to the account's REST API, with a JSON body unless it is nil, and reads the envelope's result
// into answer unless that is nil. path stands below /accounts/<id>.
func (c Cloud) Call(ctx context.Context, method, path string, body, answer any) error {
	var content io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return err
		}
		content = bytes.NewReader(encoded)
	}
	return c.call(ctx, method, c.API+"/accounts/"+c.Account+path, content, answer)
}

func (c Cloud) call(ctx context.Context, method, address string, content io.Reader, answer any) error {
	request, err := http.NewRequestWithContext(ctx, method, address, content)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+c.Token)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	var envelope struct {
		Result json.RawMessage
		Errors json.RawMessage
	}
	if err := json.NewDecoder(response.Body).Decode(&envelope); err != nil {
		return fmt.Errorf("%s %s: %s: %w", method, address, response.Status, err)
	}
	if response.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("%s %s: %s: %s", method, address, response.Status, envelope.Errors)
	}
	if answer == nil {
		return nil
	}
	return json.Unmarshal(envelope.Result, answer)
}

// Trigger runs the scheduled handler of a Worker now.
func (c Cloud) Trigger(ctx context.Context, script string) error {
	return c.call(ctx, http.MethodPost, strings.TrimSuffix(c.API, basePath)+"/__scheduled?script="+script, nil, nil)
}

// basePath is where Cloudflare's REST API begins.
const basePath = "/client/v4"

// EmptyBucket deletes every object of a bucket, since one that holds objects can't be destroyed. No bucket is empty too.
func (c Cloud) EmptyBucket(ctx context.Context, bucket string) error {
	objects := "/r2/buckets/" + bucket + "/objects"
	var buckets struct{ Buckets []struct{ Name string } }
	if err := c.Call(ctx, http.MethodGet, "/r2/buckets", nil, &buckets); err != nil {
		return err
	}
	if !slices.ContainsFunc(buckets.Buckets, func(b struct{ Name string }) bool { return b.Name == bucket }) {
		return nil
	}
	for {
		var page []struct{ Key string }
		if err := c.Call(ctx, http.MethodGet, objects, nil, &page); err != nil || len(page) == 0 {
			return err
		}
		for _, object := range page {
			key := url.URL{Path: object.Key} // its slashes stand as they are
			if err := c.Call(ctx, http.MethodDelete, objects+"/"+key.EscapedPath(), nil, nil); err != nil {
				return err
			}
		}
	}
}
