package main

import (
	"context"
	"fmt"
)

type bucket struct {
	AccountID string `json:"accountId"`
	Name      string `json:"name"`
	Location  string `json:"location,omitempty"`
}

// bucketKind is R2Bucket. Its ID is its name. If the API returns a location in other letters than the program gave it, the next
// preview replaces the bucket: leave the location out.
func bucketKind(api *client) kind {
	type reply struct{ Name, Location string }
	return typed[bucket]{
		fields{
			"accountId": {required: true, replaces: true},
			"name":      {required: true, replaces: true},
			"location":  {computed: true, replaces: true},
		},
		operations[bucket]{
			create: func(ctx context.Context, b bucket) (string, bucket, error) {
				body := struct {
					Name     string `json:"name"`
					Location string `json:"locationHint,omitempty"`
				}{b.Name, b.Location}
				var made reply
				if err := api.call(ctx, "POST", "/accounts/"+b.AccountID+"/r2/buckets", body, &made); err != nil {
					return "", b, fmt.Errorf("failed to create R2 bucket: %w", err)
				}
				return made.Name, bucket{b.AccountID, made.Name, made.Location}, nil
			},
			read: func(ctx context.Context, id string, old bucket) (string, bucket, error) {
				account, id, err := locate(old.AccountID, id)
				if err != nil {
					return "", old, err
				}
				var found reply
				if err := api.call(ctx, "GET", "/accounts/"+account+"/r2/buckets/"+id, nil, &found); err != nil {
					return "", old, fmt.Errorf("failed to read R2 bucket: %w", err)
				}
				return id, bucket{account, found.Name, found.Location}, nil
			},
			delete: func(ctx context.Context, id string, old bucket) error {
				return api.call(ctx, "DELETE", "/accounts/"+old.AccountID+"/r2/buckets/"+id, nil, nil)
			},
		},
	}
}
